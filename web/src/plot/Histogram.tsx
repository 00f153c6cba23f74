import { count, many } from "@/ui/format";
import { ticks } from "./scale";
import "./plot.css";

const HEIGHT = 140;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;
const RIGHT = 8;
const MARKS = 5;

export interface Binned {
  /** One more than there are counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** How many pictures lie between which values: equally wide bars, whatever lies between their edges. */
export function Histogram({
  data: { edges, counts },
  name,
  unit = "",
  width = 260,
  show = (value) => String(Number(value.toFixed(2))),
}: {
  data: Binned;
  /** What is counted by: `brightness`. */
  name: string;
  unit?: string;
  /** Pixels, where there is room. */
  width?: number;
  /** How an edge is written. */
  show?: (edge: number) => string;
}) {
  const marks = ticks(Math.max(...counts), 3);
  const most = marks.at(-1) ?? 1;
  const step = (width - LEFT - RIGHT) / Math.max(1, counts.length);
  const floor = HEIGHT - BOTTOM;
  const y = (value: number) => TOP + (1 - value / most) * (floor - TOP);
  const every = Math.max(1, Math.round(counts.length / MARKS));
  const total = counts.reduce((sum, one) => sum + one, 0);
  return (
    <figure className="histogram">
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        style={{ maxWidth: width }}
        role="img"
        aria-label={`${many(total, "picture")} by ${name}`}
      >
        <g className="plot-grid">
          {marks.map((mark) => (
            <line key={mark} x1={LEFT} x2={width - RIGHT} y1={y(mark)} y2={y(mark)} />
          ))}
        </g>
        {marks.map((mark) => (
          <text key={mark} x={LEFT - 6} y={y(mark) + 4} textAnchor="end">
            {count(mark)}
          </text>
        ))}
        {counts.map((value, at) =>
          value === 0 ? null : (
            <rect
              key={edges[at]}
              x={LEFT + at * step + 0.75}
              width={Math.max(1, step - 1.5)}
              y={Math.min(y(value), floor - 1.5)}
              height={Math.max(1.5, floor - y(value))}
              className="plot-bar"
            >
              <title>{`${show(edges[at] ?? 0)} to ${show(edges[at + 1] ?? 0)}${unit}: ${many(value, "picture")}`}</title>
            </rect>
          ),
        )}
        {edges.map((edge, at) =>
          at % every === 0 ? (
            <text key={edge} x={LEFT + at * step} y={HEIGHT - 7} textAnchor="middle">
              {show(edge)}
            </text>
          ) : null,
        )}
      </svg>
      <div className="hidden-but-read">
        <table>
          <caption>Pictures by {name}</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Pictures</th>
            </tr>
          </thead>
          <tbody>
            {counts.map((value, at) => (
              <tr key={edges[at]}>
                <td>{show(edges[at] ?? 0)}</td>
                <td>{show(edges[at + 1] ?? 0)}</td>
                <td>{count(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
