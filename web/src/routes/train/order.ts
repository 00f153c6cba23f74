import type { Run } from "@/api/types";

export type Order = "newest" | "best" | "starred";

/** The figure that a training's task is judged by, if it has one. */
export const figureOf = (run: Pick<Run, "metrics">): number | null =>
  run.metrics?.metric?.value ?? run.metrics?.accuracy ?? null;

/** Trainings as a person wants them; what runs or waits stays on top, in the order in which it begins. */
export function arranged(runs: readonly Run[], order: Order): Run[] {
  const active = runs.filter((run) => run.state === "running" || run.state === "queued");
  const over = runs.filter((run) => !active.includes(run));
  const shown = order === "starred" ? over.filter((run) => run.starred) : over;
  if (order === "best") shown.sort((a, b) => (figureOf(b) ?? -1) - (figureOf(a) ?? -1));
  active.sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  return [...active, ...shown];
}
