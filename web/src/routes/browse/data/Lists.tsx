import { count } from "@/ui/format";

const MOST = 200;

interface PairsProps {
  title: string;
  heads: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A list that opens: its rows as a table. */
export function Pairs({ title, heads, rows }: PairsProps) {
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row, at) => (
              <tr key={at}>
                {row.map((cell, place) => (
                  <td key={place}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MOST && <p className="small muted">… and {count(rows.length - MOST)} more</p>}
    </details>
  );
}
