import { useEffect, useSyncExternalStore } from "react";
import { ApiError } from "@/api/http";
import type { Windows } from "@/grid/windows";
import { ErrorNote } from "@/ui/States";

/** Tells when pictures of a view cannot be had; a view that the server no longer knows is made again. */
export function ViewTrouble({ windows, onRefresh }: { windows: Windows; onRefresh: () => void }) {
  useSyncExternalStore(windows.subscribe, windows.snapshot);
  const { error } = windows;
  const lost = error instanceof ApiError && error.status === 404;
  useEffect(() => {
    if (lost) onRefresh();
  }, [lost, onRefresh]);
  if (error === null || lost) return null;
  return (
    <div className="browse-note">
      <ErrorNote error={error} onRetry={() => windows.retry()} />
    </div>
  );
}
