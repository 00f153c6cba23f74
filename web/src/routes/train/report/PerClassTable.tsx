import type { SplitReport, Task } from "@/api/types";
import { count, fixed, percent } from "@/ui/format";

interface Props {
  readonly rows: SplitReport["per_class"];
  readonly task: Task;
}

/** Measures of each class; of tags with average precision and threshold too. */
export function PerClassTable({ rows, task }: Props) {
  const tags = task === "multi";
  return (
    <div
      className="card table-scroll"
      tabIndex={0}
      role="region"
      aria-label={`Measures of each ${tags ? "tag" : "class"}`}
    >
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{tags ? "Tag" : "Class"}</th>
            {tags && (
              <th scope="col" className="num" title="Average precision: how well pictures with it come before others">
                AP
              </th>
            )}
            <th scope="col" className="num">
              Precision
            </th>
            <th scope="col" className="num">
              Recall
            </th>
            <th scope="col" className="num">
              F1
            </th>
            {tags && (
              <th scope="col" className="num" title="From this probability on it counts as there">
                Threshold
              </th>
            )}
            <th scope="col" className="num">
              Pictures
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row" className="row-head">
                {row.name}
              </th>
              {tags && <td className="num">{row.support > 0 ? percent(row.average_precision) : "–"}</td>}
              <td className="num">{percent(row.precision)}</td>
              <td className="num">{percent(row.recall)}</td>
              <td className="num">
                <span className="f1-bar" aria-hidden="true">
                  <span style={{ width: `${row.f1 * 100}%` }} />
                </span>
                <span className="f1-value">{percent(row.f1)}</span>
              </td>
              {tags && <td className="num">{fixed(row.threshold, 2)}</td>}
              <td className="num">{count(row.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
