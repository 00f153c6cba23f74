import { useState } from "react";
import { Link } from "react-router";
import type { Analysis, ClassCount } from "@/api/types";
import { SPLITS } from "@/routes/browse/asked";
import { Button } from "@/ui/Button";
import { count, fixed, many } from "@/ui/format";
import { classAddress } from "./opened";

const SHOWN = 25;

function Stack({ one, most }: { one: ClassCount; most: number }) {
  return (
    <span className="class-stack" aria-hidden>
      {SPLITS.map((split) => (
        <span key={split} className={`in-${split}`} style={{ width: `${(100 * one[split]) / most}%` }} />
      ))}
    </span>
  );
}

/** Pictures of each class by split, the largest class first: a table whose bars can be seen. */
export function ClassTable({ project, about }: { project: string; about: Analysis }) {
  const [all, setAll] = useState(false);
  const noun = about.task === "multi" ? "tag" : "class";
  const nouns = about.task === "multi" ? "tags" : "classes";
  const sorted = [...about.classes].sort((a, b) => b.total - a.total);
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  const most = Math.max(1, ...sorted.map((one) => one.total));
  const { balance } = about;
  return (
    <section className="data-card data-classes" aria-labelledby="classes-title">
      <h2 id="classes-title">Labelled pictures by {noun} and split</h2>
      {about.classes.length === 0 ? (
        <p className="muted">No {nouns} yet: make some on the Browse page.</p>
      ) : (
        <>
          {balance.effective !== null && (
            <p className="muted small">
              {many(balance.classes, noun, nouns)} with pictures, as diverse as {fixed(balance.effective, 1)} equally
              large ones; the largest has {fixed(balance.ratio, 1)} times the smallest.
            </p>
          )}
          <div className="table-scroll class-scroll" role="region" aria-label="Table of the counts" tabIndex={0}>
            <table className="class-table">
              <thead>
                <tr>
                  <th scope="col">{noun}</th>
                  <td className="class-legend">
                    {SPLITS.map((split) => (
                      <span key={split}>
                        <span className={`class-key in-${split}`} aria-hidden /> {split}
                      </span>
                    ))}
                  </td>
                  {SPLITS.map((split) => (
                    <th key={split} scope="col" className="num">
                      {split}
                    </th>
                  ))}
                  <th scope="col" className="num">
                    all
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <tr key={one.id}>
                    <th scope="row" className="ellipsis">
                      <Link to={classAddress(project, about.task, one.id)}>
                        <bdi>{one.name}</bdi>
                      </Link>
                    </th>
                    <td>
                      <Stack one={one} most={most} />
                    </td>
                    {SPLITS.map((split) => (
                      <td key={split} className="num">
                        {count(one[split])}
                      </td>
                    ))}
                    <td className="num">
                      <b>{count(one.total)}</b>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {sorted.length > SHOWN && (
            <Button small onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? "Show the largest" : `Show all ${count(sorted.length)}`}
            </Button>
          )}
        </>
      )}
    </section>
  );
}
