import type { DetectionReport } from "@/api/types";
import { count } from "@/ui/format";
import { matrixOf, meantBy, type Meant } from "./errors";

const MOST = 16;

/** What was said of what is there. Cells off the diagonal open their errors. */
export function Confused({ report, onShow }: { report: DetectionReport; onShow: (meant: Meant) => void }) {
  if (report.confusion.length === 0) return null;
  const { classes, matrix, left } = matrixOf(report.confusion, MOST);
  return (
    <section className="stack">
      <h2>Confusion</h2>
      <div className="card">
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Confusion">
          <table className="confusion">
            <caption className="small muted">
              Rows: what is drawn. Columns: what was said.
              {left > 0 &&
                ` The ${classes.length - 1} classes that are mixed up most, of ${classes.length - 1 + left}.`}
            </caption>
            <thead>
              <tr>
                <td />
                {classes.map((one) => (
                  <th key={one.id} scope="col" title={one.name}>
                    <span>{one.name}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {matrix.map((row, i) => {
                const truth = classes[i];
                const total = Math.max(
                  1,
                  row.reduce((sum, n) => sum + n, 0),
                );
                return (
                  truth && (
                    <tr key={truth.id}>
                      <th scope="row">{truth.name}</th>
                      {row.map((n, j) => {
                        const said = classes[j];
                        const meant = said && meantBy(truth, said);
                        const tone = i === j ? "var(--accent)" : "var(--bad)";
                        const background = `color-mix(in oklab, ${tone} ${6 + 38 * (n / total)}%, var(--surface))`;
                        return (
                          <td key={said?.id} className={n === 0 ? "zero" : ""} style={n === 0 ? {} : { background }}>
                            {n > 0 && meant ? (
                              <button
                                type="button"
                                className="cell"
                                aria-label={`${truth.name} said to be ${said.name}: ${n}`}
                                onClick={() => onShow(meant)}
                              >
                                {count(n)}
                              </button>
                            ) : n > 0 ? (
                              count(n)
                            ) : (
                              ""
                            )}
                          </td>
                        );
                      })}
                    </tr>
                  )
                );
              })}
            </tbody>
          </table>
        </div>
      </div>
    </section>
  );
}
