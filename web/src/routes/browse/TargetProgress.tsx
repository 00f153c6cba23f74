import type { Head } from "@/api/types";
import { percent } from "@/ui/format";
import { distance, figure } from "./target";

/** How far the head is from what it should be, in a line: `86 % of 95 %, about 40 more labels`. */
export function TargetProgress({ head }: { head: Head }) {
  const value = figure(head);
  const estimate = head.estimate ?? null;
  const share = value === null || !estimate ? 0 : Math.min(1, value / estimate.target);
  return (
    <span className="target">
      <span>
        {head.task === "multi" && <span className="muted">F1 </span>}
        <b className="num">{percent(value, 0)}</b>
        {estimate && <span className="muted"> of {percent(estimate.target, 0)}</span>}
      </span>
      {estimate && (
        <span className="target-bar" aria-hidden>
          <span className={estimate.reached ? "good" : ""} style={{ width: `${100 * share}%` }} />
        </span>
      )}
      <span className="muted target-more">{distance(head)}</span>
    </span>
  );
}
