import { count } from "@/ui/format";
import "./plot.css";

/** A table of numbers whose cells are the stronger the more they are of their row. */
export function Matrix({
  names,
  rows,
  caption,
}: {
  names: readonly string[];
  rows: readonly (readonly number[])[];
  caption: string;
}) {
  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="matrix">
        <caption className="hidden-but-read">{caption}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                <span>
                  <bdi>{name}</bdi>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => {
            const whole = Math.max(1, row[at] ?? 1);
            return (
              <tr key={names[at]}>
                <th scope="row">
                  <bdi>{names[at]}</bdi>
                </th>
                {row.map((value, column) => (
                  <td
                    key={names[column]}
                    className={column === at ? "self" : undefined}
                    style={{ "--share": `${Math.round((45 * value) / whole)}%` } as React.CSSProperties}
                  >
                    {value > 0 ? count(value) : ""}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
