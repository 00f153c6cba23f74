import { Info } from "lucide-react";
import { urls } from "@/api/calls";
import type { Worth } from "@/api/forms";
import { count, fixed, many, percent } from "@/ui/format";
import { Confusion } from "../../train/Confusion";
import "../../train/train.css";
import "./worth.css";

const NAMES: Readonly<Record<string, string>> = { accuracy: "accuracy", macro_f1: "macro F1", map: "mAP" };
/** Beyond this a matrix is a carpet. */
const MOST = 40;
const WORST = 8;

function Figures({ found }: { found: Worth }) {
  return (
    <dl className="run-figures">
      {Object.entries(found.figures).map(([name, one]) => (
        <div key={name}>
          <dd>{percent(one.value)}</dd>
          <dt>
            {NAMES[name] ?? name}, {percent(one.low)} to {percent(one.high)}
          </dt>
        </div>
      ))}
      <div>
        <dd>{fixed(found.calibration.ece)}</dd>
        <dt>calibration error</dt>
      </div>
    </dl>
  );
}

function Against({ other }: { other: NonNullable<Worth["against"]> }) {
  const { difference, better, p, agreement } = other;
  const sign = difference.value > 0 ? "+" : "";
  return (
    <p>
      Against {other.name} ({percent(other.accuracy[0])}):{" "}
      <b>
        {sign}
        {(difference.value * 100).toFixed(1)} points
      </b>
      , {(difference.low * 100).toFixed(1)} to {(difference.high * 100).toFixed(1)}, p = {p.toPrecision(2)}
      {better === null ? ": it can be chance." : ": that is no chance."} {percent(agreement)} of the answers agree.
    </p>
  );
}

function Classes({ found }: { found: Worth }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Measures of each class">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{found.multi ? "Tag" : "Class"}</th>
            {["Precision", "Recall", "F1", "Pictures"].map((one) => (
              <th scope="col" className="num" key={one}>
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.per_class.map((row) => (
            <tr key={row.name}>
              <th scope="row" className="row-head">
                {row.name}
              </th>
              <td className="num">{percent(row.precision)}</td>
              <td className="num">{percent(row.recall)}</td>
              <td className="num">{percent(row.f1)}</td>
              <td className="num">{count(row.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Mistakes({ found }: { found: Worth }) {
  if (found.mistakes.length === 0) return null;
  return (
    <details>
      <summary>Wrong answers, the surest first</summary>
      <ul className="judged-mistakes">
        {found.mistakes.slice(0, WORST).map((one) => (
          <li key={one.path} className="small">
            {one.image_id !== null && (
              <img src={urls.thumb(one.image_id)} alt="" width={40} height={40} loading="lazy" />
            )}
            <span className="grow">
              <b>{one.said}</b> {percent(one.probability)}, it is <b>{one.label}</b>
              <span className="mono muted"> {one.path.split("/").slice(-2).join("/")}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What a model was found to be worth. */
export function Judged({ found }: { found: Worth }) {
  const where = found.on.folder ?? found.on.project ?? "";
  return (
    <div className="stack" role="region" aria-label="What it is worth">
      <p className="muted small">
        On {many(found.images, "picture")} of {where}
        {found.on.split && `, ${found.on.split} split`}
        {found.unreadable.count > 0 && `; ${many(found.unreadable.count, "picture")} could not be read`}.
      </p>
      <Figures found={found} />
      {found.notes.map((note) => (
        <p key={note} className="note">
          <Info size={16} aria-hidden /> <span>{note}</span>
        </p>
      ))}
      {found.against && <Against other={found.against} />}
      <Classes found={found} />
      {found.confusion && found.confusion.length <= MOST && (
        <Confusion classes={found.model.classes} matrix={found.confusion} />
      )}
      <Mistakes found={found} />
    </div>
  );
}
