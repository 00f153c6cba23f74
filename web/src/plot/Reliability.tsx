import type { ReliabilityBin } from "@/api/types";
import { count, percent } from "@/ui/format";
import "./plot.css";

const SIDE = 220;
const PAD = 28;
const IN = SIDE - PAD - 8;
const x = (share: number) => PAD + share * IN;
const y = (share: number) => 8 + (1 - share) * IN;

/** Says how often the head is right when it claims to be so sure: on the diagonal it is honest. */
export function Reliability({ bins, tags = false }: { bins: readonly ReliabilityBin[]; tags?: boolean }) {
  const full = bins.filter((bin) => bin.count > 0);
  const most = Math.max(1, ...full.map((bin) => bin.count));
  if (full.length === 0) return <p className="muted small">Too few labels to say how honest the probabilities are.</p>;
  return (
    <figure className="reliability">
      <svg
        viewBox={`0 0 ${SIDE} ${SIDE}`}
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label={`Reliability diagram: ${tags ? "probability against presence" : "confidence against accuracy"}`}
      >
        <rect x={x(0)} y={y(1)} width={IN} height={IN} className="plot-frame" />
        {[0.25, 0.5, 0.75].map((at) => (
          <g key={at} className="plot-grid">
            <line x1={x(at)} x2={x(at)} y1={y(0)} y2={y(1)} />
            <line y1={y(at)} y2={y(at)} x1={x(0)} x2={x(1)} />
          </g>
        ))}
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className="plot-ideal" />
        <polyline
          points={full.map((bin) => `${x(bin.confidence)},${y(bin.accuracy)}`).join(" ")}
          className="plot-line"
        />
        {full.map((bin) => (
          <circle
            key={bin.confidence}
            cx={x(bin.confidence)}
            cy={y(bin.accuracy)}
            r={2 + 4 * Math.sqrt(bin.count / most)}
            className="plot-dot"
          />
        ))}
        <text x={x(0.5)} y={SIDE - 2} textAnchor="middle">
          {tags ? "probability of a tag" : "confidence"}
        </text>
        <text transform={`translate(10 ${y(0.5)}) rotate(-90)`} textAnchor="middle">
          {tags ? "how often it is there" : "accuracy"}
        </text>
        <text x={x(0)} y={SIDE - 14} textAnchor="middle">
          0
        </text>
        <text x={x(1)} y={SIDE - 14} textAnchor="middle">
          1
        </text>
      </svg>
      <table className="hidden-but-read">
        <caption>Reliability</caption>
        <thead>
          <tr>
            <th scope="col">Confidence</th>
            <th scope="col">Accuracy</th>
            <th scope="col">Pictures</th>
          </tr>
        </thead>
        <tbody>
          {full.map((bin) => (
            <tr key={bin.confidence}>
              <td>{percent(bin.confidence)}</td>
              <td>{percent(bin.accuracy)}</td>
              <td>{count(bin.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
