import type { RunDetail } from "@/api/types";
import { isActive } from "@/ui/WorkBadge";
import { points, strips } from "./load";
import { useLoad } from "./useLoad";
import "./load.css";

/** The machine's load beside a training: a small line and the last figure of each measure. */
export function LoadStrip({ run }: { run: RunDetail }) {
  const found = strips(useLoad(run.id, run.state));
  if (found.length === 0) return null;
  return (
    <section className="card load" aria-label="Load of the machine">
      <h2>{isActive(run.state) ? "The machine now" : "The machine, as it was"}</h2>
      <dl className="load-strips">
        {found.map((one, i) => (
          <div key={`${one.name}${i}`}>
            <dt className="small muted ellipsis">{one.name}</dt>
            <dd className="small">{one.now}</dd>
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
              <polyline points={points(one.shares)} />
            </svg>
          </div>
        ))}
      </dl>
    </section>
  );
}
