import { CirclePause } from "lucide-react";
import type { Run } from "@/api/types";
import { WorkBadge } from "@/ui/WorkBadge";

/** How a training stands: a running one may be paused, a queued one has its place. */
export function RunBadge({ run }: { run: Run }) {
  if (run.state === "running" && run.control?.pause) {
    return (
      <span className="badge warn">
        <CirclePause size={12} aria-hidden /> paused
      </span>
    );
  }
  return (
    <>
      <WorkBadge state={run.state} />
      {run.place !== null && <span className="small muted run-place">No. {run.place} in line</span>}
    </>
  );
}
