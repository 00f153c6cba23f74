import { count, many } from "@/ui/format";
import { doublings, logShare } from "./scale";
import "./plot.css";

const WIDTH = 420;
const HEIGHT = 290;
const LEFT = 44;
const BOTTOM = 36;
const TOP = 10;
const RIGHT = 12;
const LARGEST = 15;
const SMALLEST = 2.5;
/** Rows of the table that stands for the plot. */
const TABLE = 50;

/** Width, height and how many pictures are of that size. */
export type Size = readonly [width: number, height: number, pictures: number];

/** Which sizes pictures have: the larger a dot, the more of them. Doublings are equally far apart. */
export function SizePlot({ sizes }: { sizes: readonly Size[] }) {
  if (sizes.length === 0) return null;
  const all = sizes.flatMap(([width, height]) => [width, height]);
  const marks = doublings(Math.min(...all) * 0.9, Math.max(...all) * 1.1);
  const [low, high] = [marks[0] ?? 1, marks.at(-1) ?? 2];
  const shown = marks.filter((_, at) => at % Math.ceil(marks.length / 7) === 0);
  const x = (value: number) => LEFT + logShare(value, low, high) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - logShare(value, low, high)) * (HEIGHT - TOP - BOTTOM);
  const most = Math.max(...sizes.map((one) => one[2]));
  const total = sizes.reduce((sum, one) => sum + one[2], 0);
  return (
    <figure className="size-plot">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        style={{ maxWidth: WIDTH }}
        role="img"
        aria-label={`${many(total, "picture")} by width and height in pixels`}
      >
        <rect x={LEFT} y={TOP} width={WIDTH - LEFT - RIGHT} height={HEIGHT - TOP - BOTTOM} className="plot-frame" />
        <g className="plot-grid">
          {shown.map((mark) => (
            <g key={mark}>
              <line x1={x(mark)} x2={x(mark)} y1={TOP} y2={HEIGHT - BOTTOM} />
              <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(mark)} y2={y(mark)} />
            </g>
          ))}
        </g>
        <line x1={x(low)} y1={y(low)} x2={x(high)} y2={y(high)} className="plot-ideal" />
        {sizes.map(([width, height, pictures]) => (
          <circle
            key={`${width} ${height}`}
            cx={x(width)}
            cy={y(height)}
            r={SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(pictures / most)}
            className="plot-spot"
          >
            <title>{`${count(width)} × ${count(height)}: ${many(pictures, "picture")}`}</title>
          </circle>
        ))}
        {shown.map((mark) => (
          <g key={mark}>
            <text x={x(mark)} y={HEIGHT - BOTTOM + 14} textAnchor="middle">
              {mark}
            </text>
            <text x={LEFT - 6} y={y(mark) + 4} textAnchor="end">
              {mark}
            </text>
          </g>
        ))}
        <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} textAnchor="middle">
          width
        </text>
        <text transform={`translate(10 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`} textAnchor="middle">
          height
        </text>
      </svg>
      <div className="hidden-but-read">
        <table>
          <caption>Pictures by size{sizes.length > TABLE && `, the ${TABLE} most frequent`}</caption>
          <thead>
            <tr>
              <th scope="col">Width</th>
              <th scope="col">Height</th>
              <th scope="col">Pictures</th>
            </tr>
          </thead>
          <tbody>
            {sizes.slice(0, TABLE).map(([width, height, pictures]) => (
              <tr key={`${width} ${height}`}>
                <td>{count(width)}</td>
                <td>{count(height)}</td>
                <td>{count(pictures)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
