import { Link } from "react-router";
import type { Evaluated, EvaluatedSlice } from "@/api/types";
import { to } from "@/app/project";
import { everything, noFilter, toAddress } from "@/routes/browse/asked";
import { count, percent } from "@/ui/format";

const SHOWN = 24;

function browse(project: string, data: Evaluated, slice: EvaluatedSlice): string {
  const filter = { ...noFilter, slice: `${data.run}/${data.split}/${slice.kind}/${slice.name}` };
  return `${to.browse(project)}?${toAddress({ ...everything, filter }).toString()}`;
}

/** Where it is worse than elsewhere; each opens in Browse, where labels are mended. */
export function Slices({ project, data }: { project: string; data: Evaluated }) {
  const worse = data.slices.filter((one) => one.worse).length;
  return (
    <section className="stack">
      <h2>Where it is worse</h2>
      {data.slices.length === 0 ? (
        <p className="muted">
          Too few pictures for slices: each needs ten inside and ten outside. Light and sharpness need an analysis (page
          Data).
        </p>
      ) : (
        <>
          <p>
            {worse === 0
              ? "No slice is surely worse than the rest; differences below can be chance."
              : "Marked slices are worse than the rest, and that can hardly be chance."}
          </p>
          <div className="card table-scroll" tabIndex={0} role="region" aria-label="Slices">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">Slice</th>
                  <th scope="col" className="num">
                    Pictures
                  </th>
                  <th scope="col" className="num">
                    Accuracy
                  </th>
                  <th scope="col">95 % interval</th>
                  <th scope="col" className="num">
                    Elsewhere
                  </th>
                  <th scope="col" className="num">
                    p
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.slices.slice(0, SHOWN).map((one) => (
                  <tr key={`${one.kind} ${one.name}`}>
                    <th scope="row" className="row-head">
                      <Link to={browse(project, data, one)}>
                        {one.kind}: {one.name}
                      </Link>{" "}
                      {one.worse && <span className="badge bad">worse</span>}
                    </th>
                    <td className="num">{count(one.images)}</td>
                    <td className="num">{percent(one.accuracy)}</td>
                    <td>
                      <span className="interval" aria-hidden="true">
                        <span
                          style={{ left: `${one.low * 100}%`, width: `${Math.max(1, (one.high - one.low) * 100)}%` }}
                        />
                        <i style={{ left: `${one.accuracy * 100}%` }} />
                      </span>
                      <span className="small muted">
                        {percent(one.low, 0)} to {percent(one.high, 0)}
                      </span>
                    </td>
                    <td className="num">{percent(one.rest)}</td>
                    <td className="num">{one.p < 0.001 ? "< 0.001" : one.p.toFixed(3)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
