import { TriangleAlert } from "lucide-react";
import { bytes, count, many, percent } from "@/ui/format";
import { byThreads, FIGURES, points, type Judged, type Report, type Timed } from "./report";
import "./export.css";

const SIDES: Readonly<Record<Timed["what"], string>> = { this: "This form", onnx: "ONNX float32", torch: "torch" };

/** Both figures before and after; the one that the limit is about first. */
function Quality({ judged }: { judged: Judged }) {
  const rows = judged.figure === "top1" ? (["top1", "macro_f1"] as const) : (["macro_f1", "top1"] as const);
  const over = judged.lost > judged.limit;
  return (
    <table className="data form-table">
      <caption>
        On {many(judged.images, "picture")} of {judged.split}; the same answer in {percent(judged.agreement)}
      </caption>
      <thead>
        <tr>
          <td />
          <th scope="col" className="num">
            Before
          </th>
          <th scope="col" className="num">
            After
          </th>
          <th scope="col" className="num">
            Points
          </th>
          <th scope="col" className="num">
            95 %
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((name) => {
          const { points: change, low, high } = judged.change[name];
          return (
            <tr key={name}>
              <th scope="row">{FIGURES[name]}</th>
              <td className="num">{percent(judged.before[name])}</td>
              <td className="num">{percent(judged.after[name])}</td>
              <td className={`num ${over && name === judged.figure ? "form-over" : ""}`}>{points(change)}</td>
              <td className="num muted">
                {points(low)} … {points(high)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Speed({ rows }: { rows: readonly Timed[] }) {
  const sides = (["this", "onnx", "torch"] as const).filter((what) => rows.some((row) => row.what === what));
  return (
    <table className="data form-table">
      <caption>Milliseconds a picture, measured when it was made</caption>
      <thead>
        <tr>
          <th scope="col">Threads</th>
          {sides.map((what) => (
            <th scope="col" className="num" key={what}>
              {SIDES[what]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {byThreads(rows).map(({ threads, ms }) => (
          <tr key={threads}>
            <th scope="row">{threads}</th>
            {sides.map((what) => (
              <td className="num" key={what}>
                {ms[what] === undefined ? "" : ms[what].toFixed(1)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Calibrated({ report }: { report: Report }) {
  const known = report.calibration;
  if (!known) return null;
  const kept = known.kept_float.length;
  return (
    <>
      <dt>Calibrated</dt>
      <dd>
        on {many(known.images, "picture")} of {known.where}, ranges by {known.method}
        {kept > 0 && `; ${count(kept)} of ${many(known.layers, "layer")} stayed float`}
      </dd>
      {(report.trials?.length ?? 0) > 1 && (
        <>
          <dt>Tried</dt>
          <dd>
            {report.trials
              ?.map((one) => {
                const float = one.kept_float > 0 ? ` with ${count(one.kept_float)} float` : "";
                return `${one.method}${float}: ${points(-one.lost)}`;
              })
              .join("; ")}
          </dd>
        </>
      )}
    </>
  );
}

/** How a form compares with the model that it was made from. */
export function FormReport({ report, forced }: { report: Report; forced: boolean }) {
  const { judged, latency, size, files = [], notes = [] } = report;
  return (
    <div className="stack">
      {forced && (
        <p className="note warn">
          <TriangleAlert size={16} color="var(--warn)" aria-hidden />
          <span>
            {judged
              ? `Kept although it loses ${judged.lost.toFixed(2)} points; ${judged.limit} are allowed.`
              : "Kept although nothing says what it loses."}
          </span>
        </p>
      )}
      {judged && <Quality judged={judged} />}
      {latency && latency.rows.length > 0 && <Speed rows={latency.rows} />}
      <dl className="facts">
        {size && (
          <>
            <dt>Size</dt>
            <dd>
              {bytes(size.bytes)} <span className="muted">of {bytes(size.origin_bytes)}</span>
            </dd>
          </>
        )}
        <Calibrated report={report} />
        {notes.map((note) => (
          <span key={note} className="form-note">
            <dt>Note</dt>
            <dd>{note}</dd>
          </span>
        ))}
      </dl>
      {files.length > 0 && (
        <details>
          <summary className="small">{many(files.length, "file")} with hashes</summary>
          {files.map((file) => (
            <dl className="facts form-file" key={file.name}>
              <dt className="mono">{file.name}</dt>
              <dd>{bytes(file.bytes)}</dd>
              <dt>BLAKE3</dt>
              <dd className="mono">{file.blake3}</dd>
              <dt>SHA-256</dt>
              <dd className="mono">{file.sha256}</dd>
            </dl>
          ))}
        </details>
      )}
    </div>
  );
}
