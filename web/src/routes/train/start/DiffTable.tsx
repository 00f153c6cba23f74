import { useMemo } from "react";
import { difference, say, type Spec } from "./spec";

/** Only what differs between two specs, key by key. */
export function DiffTable({ before, after, heads }: { before: Spec; after: Spec; heads: readonly [string, string] }) {
  const rows = useMemo(() => difference(before, after), [before, after]);
  if (rows.length === 0) return <p className="muted small">No setting differs.</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Settings that differ">
      <table className="data diff">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">{heads[0]}</th>
            <th scope="col">{heads[1]}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row" className="mono">
                {row.key}
              </th>
              <td className="mono diff-before">{say(row.before)}</td>
              <td className="mono diff-after">{say(row.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
