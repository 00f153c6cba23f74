import { Link } from "react-router";
import type { RunDetail } from "@/api/types";
import { to } from "@/app/project";
import { sentence } from "@/ui/format";

const CALM: Partial<Record<RunDetail["state"], string>> = {
  cancelled: "It was stopped.",
  interrupted: "Its process ended without a word: the machine went off, or memory ran out.",
};

/** Why a training ended before its end, and what to do next. */
export function Ending({ project, run }: { project: string; run: RunDetail }) {
  if (!["failed", "interrupted", "cancelled"].includes(run.state)) return null;
  const bad = run.state !== "cancelled";
  const said = run.error && run.state !== "cancelled" ? sentence(run.error.message) : (CALM[run.state] ?? "");
  return (
    <div className={bad ? "note bad run-ending" : "note run-ending"} role={bad ? "alert" : undefined}>
      <div>
        <div>{said}</div>
        {run.error?.hint && bad && <div className="muted small">{sentence(run.error.hint)}</div>}
        <div className="muted small">
          {run.checkpoint ? (
            <>Resume goes on exactly where it was saved, in epoch {Math.min(run.epoch + 1, run.epochs)}.</>
          ) : (
            <>
              It left no checkpoint. <Link to={to.train(project)}>Start a new training</Link>, if you like with these
              settings: they are under Settings below.
            </>
          )}
        </div>
      </div>
    </div>
  );
}
