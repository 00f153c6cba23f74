import { count, percent } from "@/ui/format";
import type { ClassFigures } from "./facts";

/** Measures of each class; last what stands for no object, and classes of which nothing was held out. */
export function PerClass({ rows }: { rows: readonly ClassFigures[] }) {
  const place = (row: ClassFigures) => Number(row.background) + 2 * Number(row.support === 0);
  const ordered = [...rows].sort((a, b) => place(a) - place(b));
  const share = (row: ClassFigures, value: number) => (row.support > 0 ? percent(value) : "–");
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
              <td className="num">{share(row, row.precision)}</td>
              <td className="num">{share(row, row.recall)}</td>
              <td className="num">
                {row.support > 0 && (
                  <span className="f1-bar" aria-hidden="true">
                    <span style={{ width: `${row.f1 * 100}%` }} />
                  </span>
                )}
                <span className="f1-value">{share(row, row.f1)}</span>
              </td>
              <td className="num">{count(row.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
