import type { Mode, Run } from "@/api/types";

const active = (run: Run): boolean => run.state === "running" || run.state === "queued";

/** The runs that a mode can begin from, in the order of the list. */
export const fit = (mode: Mode, runs: readonly Run[]): Run[] =>
  runs.filter((run) => {
    if (mode === "finetune") return run.state === "done";
    return mode === "resume" && !active(run) && run.checkpoint;
  });

/** The run that a mode takes when nobody chooses: one that stopped before its end comes first. */
export function first(mode: Mode, runs: readonly Run[]): Run | undefined {
  const found = fit(mode, runs);
  return (mode === "resume" ? found.find((run) => run.state !== "done") : undefined) ?? found[0];
}

/** Why a mode cannot be chosen; "" when it can. */
export function obstacle(mode: Mode, runs: readonly Run[] | undefined): string {
  if (mode === "new") return "";
  if (runs === undefined) return "Looking for trainings";
  if (fit(mode, runs).length > 0) return "";
  if (runs.some(active)) return "A training is going on: wait for it, or stop it.";
  return mode === "resume" ? "No training has left a checkpoint yet." : "No training has finished yet.";
}
