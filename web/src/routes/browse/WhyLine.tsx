import { useSyncExternalStore } from "react";
import type { Windows } from "@/grid/windows";
import { count } from "@/ui/format";

const never = () => () => undefined;
const zero = () => 0;

/** Where one is in the view, and why the focused picture is there: always in sight. */
export function WhyLine({ windows, index }: { windows: Windows | null; index: number }) {
  useSyncExternalStore(windows?.subscribe ?? never, windows?.snapshot ?? zero);
  if (!windows || windows.size === 0) return <span className="why-line" />;
  const why = windows.get(index)?.why ?? "";
  return (
    <span className="why-line small" title={why}>
      <span className="muted num">
        {count(index + 1)} / {count(windows.size)}
      </span>
      {why && (
        <span className="ellipsis" data-testid="why">
          {why}
        </span>
      )}
    </span>
  );
}
