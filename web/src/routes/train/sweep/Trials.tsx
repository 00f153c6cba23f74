import type { SweepDetail } from "@/api/types";
import { duration } from "@/ui/format";

type Row = SweepDetail["rows"][number];

const shown = (value: unknown): string =>
  typeof value === "number" ? String(Number(value.toPrecision(3))) : typeof value === "string" ? value : "";

const WIDTH = 260;
const HEIGHT = 150;
const PAD = 10;

/** How the values of one setting went: a point for each trial that ended. */
function KnobPlot({ data, knob, rows }: { data: SweepDetail; knob: string; rows: readonly Row[] }) {
  const points = rows.flatMap((row) => {
    const at = row.values[knob];
    return typeof at === "number" && row.value !== null ? [{ at, value: row.value, best: row.best }] : [];
  });
  if (points.length < 2) return null;
  const log = data.knobs.some((one) => one.startsWith(`${knob}=log:`));
  const scale = (value: number) => (log ? Math.log10(value) : value);
  const spread = (values: number[]) => [Math.min(...values), Math.max(...values)] as const;
  const [left, right] = spread(points.map((one) => scale(one.at)));
  const [low, high] = spread(points.map((one) => one.value));
  const x = (value: number) => PAD + ((scale(value) - left) / (right - left || 1)) * (WIDTH - 2 * PAD);
  const y = (value: number) => HEIGHT - PAD - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * PAD);
  return (
    <figure className="knob-plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${data.monitor} by ${knob}`}>
        <rect x={0.5} y={0.5} width={WIDTH - 1} height={HEIGHT - 1} className="plot-frame" />
        {points.map((one) => (
          <circle
            key={`${one.at} ${one.value}`}
            cx={x(one.at)}
            cy={y(one.value)}
            r={one.best ? 6 : 4}
            className={one.best ? "knob-best" : "plot-dot"}
          />
        ))}
      </svg>
      <figcaption className="small muted">
        {data.monitor} {shown(low)} to {shown(high)}, by {knob} {shown(Math.min(...points.map((one) => one.at)))} to{" "}
        {shown(Math.max(...points.map((one) => one.at)))}
        {log && ", powers of ten"}
      </figcaption>
    </figure>
  );
}

const STATES: Record<Row["state"], string> = {
  done: "done",
  pruned: "ended early",
  failed: "failed",
  running: "running",
};

/** A search's trials as they come, and each setting against the value. */
export function Trials({ data }: { data: SweepDetail }) {
  const knobs = data.knobs.map((one) => one.split("=")[0] ?? "");
  const { rows } = data;
  if (rows.length === 0) return <p className="muted">No trial has finished an epoch yet.</p>;
  return (
    <>
      <div className="knob-plots">
        {knobs.map((knob) => (
          <KnobPlot key={knob} data={data} knob={knob} rows={rows} />
        ))}
      </div>
      <div className="card table-scroll" tabIndex={0} role="region" aria-label="Trials">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Trial</th>
              <th scope="col">State</th>
              <th scope="col" className="num">
                {data.monitor}
              </th>
              {knobs.map((knob) => (
                <th key={knob} scope="col" className="num">
                  {knob}
                </th>
              ))}
              <th scope="col" className="num">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.number}>
                <th scope="row" className="row-head">
                  {row.number + 1} {row.best && <span className="badge good">best</span>}
                </th>
                <td title={row.error ?? undefined}>{STATES[row.state]}</td>
                <td className="num">{shown(row.value ?? row.epochs.at(-1)?.value)}</td>
                {knobs.map((knob) => (
                  <td key={knob} className="num">
                    {shown(row.values[knob])}
                  </td>
                ))}
                <td className="num">{row.seconds === null ? "" : duration(row.seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
