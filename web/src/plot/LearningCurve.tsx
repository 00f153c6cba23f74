import type { Estimate } from "@/api/types";
import { count, percent } from "@/ui/format";
import "./plot.css";

const WIDTH = 300;
const HEIGHT = 130;
const LEFT = 40;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 10;

/** Accuracy by labels: what was measured, what is expected, and the target. */
export function LearningCurve({ estimate, name }: { estimate: Estimate; name: string }) {
  const points = [...estimate.curve, ...estimate.ahead];
  const most = Math.max(...points.map((point) => point.labels));
  const lowest = Math.max(0, Math.min(...points.map((point) => point.accuracy), estimate.target) - 0.03);
  const x = (labels: number) => LEFT + (labels / most) * (WIDTH - LEFT - RIGHT);
  const y = (share: number) => TOP + ((1 - share) / Math.max(1 - lowest, 0.01)) * (HEIGHT - TOP - BOTTOM);
  const line = (some: readonly { labels: number; accuracy: number }[]) =>
    some.map((point) => `${x(point.labels)},${y(point.accuracy)}`).join(" ");
  return (
    <figure className="reliability">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={`${name} by labels`}>
        <rect x={LEFT} y={TOP} width={WIDTH - LEFT - RIGHT} height={HEIGHT - TOP - BOTTOM} className="plot-frame" />
        <line
          x1={LEFT}
          x2={WIDTH - RIGHT}
          y1={y(estimate.target)}
          y2={y(estimate.target)}
          className={estimate.reached ? "plot-target good" : "plot-target"}
        />
        <polyline points={line(estimate.ahead)} className="plot-line plot-ahead" />
        <polyline points={line(estimate.curve)} className="plot-line" />
        {estimate.curve.map((point) => (
          <circle key={point.labels} cx={x(point.labels)} cy={y(point.accuracy)} r={3} className="plot-dot" />
        ))}
        <text x={LEFT - 4} y={y(estimate.target) + 4} textAnchor="end">
          {percent(estimate.target, 0)}
        </text>
        {y(lowest) - y(estimate.target) > 24 && (
          <text x={LEFT - 4} y={y(lowest)} textAnchor="end">
            {percent(lowest, 0)}
          </text>
        )}
        <text x={LEFT} y={HEIGHT - 6} textAnchor="middle">
          0
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} textAnchor="end">
          {count(most)} labels
        </text>
      </svg>
      <table className="hidden-but-read">
        <caption>{name} by labels</caption>
        <thead>
          <tr>
            <th scope="col">Labels</th>
            <th scope="col">{name}</th>
            <th scope="col">Known by</th>
          </tr>
        </thead>
        <tbody>
          {points.map((point, i) => (
            <tr key={`${point.labels} ${i}`}>
              <td>{count(point.labels)}</td>
              <td>{percent(point.accuracy)}</td>
              <td>{i < estimate.curve.length ? "measured" : "expected"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
