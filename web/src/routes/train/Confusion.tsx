import { useState } from "react";
import { count, percent } from "@/ui/format";

interface ConfusionProps {
  classes: readonly string[];
  /** Rows are what is true, columns what was said. */
  matrix: readonly (readonly number[])[];
}

const sum = (row: readonly number[]) => row.reduce((total, n) => total + n, 0);

/** A confusion matrix as a table: figures that can be read, tinted by their share of the row. */
export function Confusion({ classes, matrix }: ConfusionProps) {
  const [at, setAt] = useState<{ row: number; column: number } | null>(null);
  const said = at && {
    n: matrix[at.row]?.[at.column] ?? 0,
    of: sum(matrix[at.row] ?? []),
    truth: classes[at.row] ?? "",
    guess: classes[at.column] ?? "",
  };
  return (
    <div className="card">
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table className="confusion" onPointerLeave={() => setAt(null)}>
          <caption className="small muted">Rows: what it is. Columns: what was said.</caption>
          <thead>
            <tr>
              <td />
              {classes.map((name) => (
                <th key={name} scope="col" title={name}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, i) => {
              const total = Math.max(1, sum(row));
              return (
                <tr key={classes[i]}>
                  <th scope="row">{classes[i]}</th>
                  {row.map((n, j) => {
                    const strength = 6 + 38 * (n / total);
                    const tone = i === j ? "var(--accent)" : "var(--bad)";
                    return (
                      <td
                        key={classes[j]}
                        className={n === 0 ? "zero" : ""}
                        style={{
                          background: n === 0 ? undefined : `color-mix(in oklab, ${tone} ${strength}%, var(--surface))`,
                        }}
                        onPointerEnter={() => setAt({ row: i, column: j })}
                      >
                        {count(n)}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="small muted confusion-said">
        {said
          ? `${count(said.n)} of ${count(said.of)} “${said.truth}” called “${said.guess}” (${percent(said.of === 0 ? 0 : said.n / said.of)})`
          : "\u00a0"}
      </p>
    </div>
  );
}
