import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Snapshot, SnapshotDiff } from "@/api/types";
import { Thumb } from "@/grid/Thumb";
import type { ClassLook } from "@/label/look";
import { baseName, count, many } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { stateText } from "../history/states";

/** Pictures shown of each comparison; the table counts all of them. */
const SHOWN = 24;

interface CompareProps {
  project: string;
  looks: readonly ClassLook[];
  snapshots: readonly Snapshot[];
  from: string;
}

/** Names of classes: as they are now, else as they were in one of the states. */
function names(diff: SnapshotDiff, looks: readonly ClassLook[]): Map<number, { name: string }> {
  const old = diff.classes.flatMap((one) => {
    const name = (one.before ?? one.after)?.name;
    return typeof name === "string" ? [[one.id, { name }] as const] : [];
  });
  return new Map([...old, ...looks.map((look) => [look.id, look] as const)]);
}

/** What changed since a snapshot, or from one to another. */
export function Compare({ project, looks, snapshots, from }: CompareProps) {
  const [to, setTo] = useState("now");
  const [chosen, setChosen] = useState<string | null>(null);
  const { data, error } = useQuery({
    queryKey: keys.diff(project, from, to),
    queryFn: () => api.diffSnapshots(project, from, to),
  });
  const known = data && names(data, looks);
  const pictures = (data?.images ?? [])
    .map((image) => ({
      ...image,
      from: stateText(image.before, known ?? new Map()),
      to: stateText(image.after, known ?? new Map()),
    }))
    .filter((image) => chosen === null || chosen === `${image.from} → ${image.to}`);
  return (
    <section className="stack" aria-label="Comparison">
      <div className="field">
        <label htmlFor="compare-to">Compare with</label>
        <select id="compare-to" className="input" value={to} onChange={(event) => setTo(event.target.value)}>
          <option value="now">the labels as they are now</option>
          {snapshots
            .filter((one) => String(one.id) !== from)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
        </select>
      </div>
      {error && <ErrorNote error={error} />}
      {!data && !error && <Skeletons count={3} height={28} />}
      {data?.changed === 0 && data.classes.length === 0 && <p className="muted">Nothing differs.</p>}
      {data && data.classes.length > 0 && (
        <p className="small">{many(data.classes.length, "class differs", "classes differ")}.</p>
      )}
      {data && data.changed > 0 && (
        <>
          <table className="diff-table">
            <caption className="small muted">{many(data.changed, "picture differs", "pictures differ")}</caption>
            <thead>
              <tr>
                <th scope="col">Before</th>
                <th scope="col">After</th>
                <th scope="col">Pictures</th>
              </tr>
            </thead>
            <tbody>
              {data.summary.slice(0, 12).map((row) => {
                const key = `${row.before} → ${row.after}`;
                return (
                  <tr key={key} className={chosen === key ? "chosen" : ""}>
                    <td>{row.before}</td>
                    <td>
                      <button
                        type="button"
                        className="link"
                        aria-pressed={chosen === key}
                        aria-label={`Only ${row.before} to ${row.after}`}
                        onClick={() => setChosen(chosen === key ? null : key)}
                      >
                        {row.after}
                      </button>
                    </td>
                    <td className="num">{count(row.count)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          <ul className="diff-pictures" aria-label="Pictures that differ">
            {pictures.slice(0, SHOWN).map((image) => (
              <li key={image.id} title={baseName(image.path)}>
                <Thumb id={image.id} px={128} />
                <span className="ellipsis small">
                  <span className="muted">{image.from} →</span> {image.to}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
