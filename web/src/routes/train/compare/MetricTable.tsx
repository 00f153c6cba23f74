import { Star } from "lucide-react";
import type { Comparison } from "@/api/types";
import { count, duration, fixed, percent } from "@/ui/format";
import { nameOf } from "./look";

const SHARES = /accuracy|f1|recall|precision|map|top|auc/;

function shown(name: string, value: number | null): string {
  if (value === null) return "–";
  if (name === "seconds") return duration(value);
  if (SHARES.test(name)) return percent(value);
  return Number.isInteger(value) ? count(value) : fixed(value);
}

/** Each figure of each training; of those where one is better, the best is marked. */
export function MetricTable({ found }: { found: Comparison }) {
  if (found.metrics.length === 0) return <p className="muted">None of them has finished yet.</p>;
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Figures side by side">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            {found.runs.map((run, i) => (
              <th key={run.id} scope="col" className="num">
                {nameOf(found.runs, i)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.metrics.map((row) => (
            <tr key={row.name}>
              <th scope="row" className="row-head">
                {row.name.replaceAll("_", " ")}
                {row.best.length > 0 && !row.higher && <span className="muted small"> less is better</span>}
              </th>
              {row.values.map((value, i) => {
                const best = row.best.includes(i);
                return (
                  <td key={found.runs[i]?.id} className={best ? "num best" : "num"}>
                    {best && <Star size={12} className="star on" aria-label="best" />} {shown(row.name, value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
