import { count, percent } from "@/ui/format";
import type { ClassFigures } from "./facts";

/** Measures of each class; what stands for no object comes last, and dimmed. */
export function PerClass({ rows }: { rows: readonly ClassFigures[] }) {
  const ordered = [...rows].sort((a, b) => Number(a.background) - Number(b.background));
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Measures of each class">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="num">
              Precision
            </th>
            <th scope="col" className="num">
              Recall
            </th>
            <th scope="col" className="num">
              F1
            </th>
            <th scope="col" className="num">
              Held out
            </th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((row) => (
            <tr key={row.name} className={row.background ? "muted" : ""}>
              <th scope="row" className="row-head">
                {row.name} {row.background && <span className="badge">background</span>}
              </th>
              <td className="num">{percent(row.precision)}</td>
              <td className="num">{percent(row.recall)}</td>
              <td className="num">
                <span className="f1-bar" aria-hidden="true">
                  <span style={{ width: `${row.f1 * 100}%` }} />
                </span>
                <span className="f1-value">{percent(row.f1)}</span>
              </td>
              <td className="num">{count(row.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
