import { Gauge } from "lucide-react";
import { forms, type Speed, type SpeedRow } from "@/api/forms";
import type { Model } from "@/api/types";
import { Button } from "@/ui/Button";
import { bytes, count, fixed } from "@/ui/format";
import { isActive } from "@/ui/WorkBadge";
import { JobState } from "./JobState";
import { useModelJob } from "./useModelJob";
import "./worth.css";

const named = (row: SpeedRow): string => (row.precision === "float32" ? row.format : `${row.format} ${row.precision}`);

function Row({ row, first, own }: { row: SpeedRow; first: SpeedRow | undefined; own: boolean }) {
  const [single, ...more] = row.latency ?? [];
  const base = first?.latency?.[0]?.cpu_ms;
  return (
    <tr aria-current={own || undefined}>
      <th scope="row" className="row-head">
        {named(row)} {row.forced && <span className="badge bad">forced</span>}
      </th>
      <td className="num">{bytes(row.bytes)}</td>
      {row.error || !single ? (
        <td colSpan={6} className="muted small">
          {row.error ? `${row.error.message}. ${row.error.hint}` : ""}
        </td>
      ) : (
        <>
          <td className="num">{fixed(single.p50_ms, 2)}</td>
          <td className="num">{fixed(single.p95_ms, 2)}</td>
          <td className="num">{more[0] ? fixed(more[0].p50_ms, 2) : "–"}</td>
          <td className="num">{count(Math.round(row.throughput?.per_s ?? 0))}</td>
          <td className="num">{bytes(row.memory_bytes ?? 0)}</td>
          <td className="num">{base ? `${(base / single.cpu_ms).toFixed(1)} ×` : "–"}</td>
        </>
      )}
    </tr>
  );
}

function Table({ found, model }: { found: Speed; model: Model }) {
  const first = found.forms.find((one) => !one.error);
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="How fast each form is">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Form</th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col" className="num" title="Half of the answers take longer; one thread">
                p50 ms
              </th>
              <th scope="col" className="num" title="One answer in twenty takes longer; one thread">
                p95 ms
              </th>
              <th scope="col" className="num" title={`p50 with ${found.threads} threads on one picture`}>
                {found.threads} threads
              </th>
              <th scope="col" className="num" title={`Pictures a second when ${found.threads} clients ask at once`}>
                A second
              </th>
              <th scope="col" className="num">
                Memory
              </th>
              <th scope="col" className="num" title="The processor's time of the first row over this one's">
                Faster
              </th>
            </tr>
          </thead>
          <tbody>
            {found.forms.map((row) => (
              <Row key={`${row.id}-${row.format}`} row={row} first={first} own={row.id === model.id} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted small">
        {found.input_px} px, ready pixels. Preparing a 640 × 480 JPEG takes {fixed(found.prepare_ms, 1)} ms besides.
      </p>
    </>
  );
}

/** Whether it answers by itself: what can be measured. */
const isMeasurable = (model: Model): boolean =>
  !model.fault &&
  (model.kind === "classifier" || model.kind === "encoder") &&
  ["torch", "onnx", "torchscript", "openvino"].includes(model.format ?? "");

/** Measures a model and its exported forms beside each other. */
export function SpeedModel({ model }: { model: Model }) {
  return isMeasurable(model) ? <Measuring model={model} /> : null;
}

function Measuring({ model }: { model: Model }) {
  const { start, job } = useModelJob(
    "bench-model",
    (one) => one.result?.model === model.id,
    () => forms.measure(model.id),
  );
  const busy = start.isPending || (job !== undefined && isActive(job.state));
  return (
    <section className="card stack" aria-labelledby="speed-title">
      <div className="row">
        <h2 id="speed-title" className="grow">
          Speed
        </h2>
        <Button small disabled={busy} onClick={() => start.mutate(undefined)}>
          <Gauge size={14} aria-hidden /> {busy ? "Measuring …" : job?.state === "done" ? "Measure again" : "Measure"}
        </Button>
      </div>
      <JobState job={job} label="Measuring" />
      {job?.state === "done" && job.result ? (
        <Table found={job.result as unknown as Speed} model={model} />
      ) : (
        <p className="muted small">Every form of it that is here, each in a process of its own: time, memory, size.</p>
      )}
    </section>
  );
}
