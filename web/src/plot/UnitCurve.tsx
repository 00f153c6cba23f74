import type { CurveShown } from "@/api/types";
import "./plot.css";

const SIDE = 200;
const PAD = 28;
const IN = SIDE - PAD - 8;
const x = (share: number) => PAD + share * IN;
const y = (share: number) => 8 + (1 - share) * IN;

/** A curve between 0 and 1 on both sides, such as ROC or precision by recall. */
export function UnitCurve({
  curve,
  name,
  across,
  up,
  chance = false,
}: {
  curve: CurveShown;
  name: string;
  across: string;
  up: string;
  /** Whether the diagonal is what guessing comes to. */
  chance?: boolean;
}) {
  return (
    <figure className="reliability">
      <svg
        viewBox={`0 0 ${SIDE} ${SIDE}`}
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label={`${name}: ${up} by ${across}, area ${curve.area.toFixed(3)}`}
      >
        <rect x={x(0)} y={y(1)} width={IN} height={IN} className="plot-frame" />
        {[0.25, 0.5, 0.75].map((at) => (
          <g key={at} className="plot-grid">
            <line x1={x(at)} x2={x(at)} y1={y(0)} y2={y(1)} />
            <line y1={y(at)} y2={y(at)} x1={x(0)} x2={x(1)} />
          </g>
        ))}
        {chance && <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className="plot-ideal" />}
        <polyline points={curve.x.map((at, i) => `${x(at)},${y(curve.y[i] ?? 0)}`).join(" ")} className="plot-line" />
        <text x={x(0.5)} y={SIDE - 2} textAnchor="middle">
          {across}
        </text>
        <text transform={`translate(10 ${y(0.5)}) rotate(-90)`} textAnchor="middle">
          {up}
        </text>
      </svg>
      <figcaption className="small muted">
        {name}: area {curve.area.toFixed(3)}
      </figcaption>
    </figure>
  );
}
