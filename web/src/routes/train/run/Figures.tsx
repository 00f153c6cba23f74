import type { RunDetail } from "@/api/types";
import { percent } from "@/ui/format";

/** What a training came to, in a line. */
export function Figures({ run }: { run: RunDetail }) {
  const { metrics } = run;
  const name = metrics?.metric?.name ?? "accuracy";
  const value = metrics?.metric?.value ?? metrics?.accuracy;
  if (!metrics || value === undefined) return null;
  return (
    <dl className="run-figures">
      <div>
        <dd>{percent(value)}</dd>
        <dt>
          {name} on {metrics.accuracy_split ?? "held-out pictures"}
        </dt>
      </div>
      {metrics.macro_f1 !== undefined && name !== "macro F1" && (
        <div>
          <dd>{percent(metrics.macro_f1)}</dd>
          <dt>macro F1</dt>
        </div>
      )}
      {metrics.log_loss !== undefined && (
        <div>
          <dd>{metrics.log_loss.toFixed(3)}</dd>
          <dt>log loss</dt>
        </div>
      )}
      {metrics.ece !== undefined && (
        <div>
          <dd>{metrics.ece.toFixed(3)}</dd>
          <dt>calibration error</dt>
        </div>
      )}
    </dl>
  );
}
