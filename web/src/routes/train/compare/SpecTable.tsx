import type { Comparison } from "@/api/types";
import { say } from "../start/spec";
import { nameOf } from "./look";

/** Only the settings in which trainings differ. */
export function SpecTable({ found }: { found: Comparison }) {
  if (found.spec.length === 0) return <p className="muted">They were asked for the very same.</p>;
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Settings that differ">
      <table className="data diff">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            {found.runs.map((run, i) => (
              <th key={run.id} scope="col">
                {nameOf(found.runs, i)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.spec.map((row) => (
            <tr key={row.key}>
              <th scope="row" className="mono">
                {row.key}
              </th>
              {row.values.map((value, i) => (
                <td key={found.runs[i]?.id} className="mono">
                  {say(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
