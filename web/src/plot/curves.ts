import type { CurvePoint, EpochPoint } from "@/api/types";

/** Columns for a chart: the first is x, each other one a line; null where a line has no value. */
export type Columns = (number | null)[][];

/** Points of two answers as one list by step, each step once, the newer one over the older. */
export function merged(before: readonly CurvePoint[], after: readonly CurvePoint[]): CurvePoint[] {
  const last = before.at(-1)?.step ?? -1;
  if (after.every((point, i) => point.step > (after[i - 1]?.step ?? last))) return [...before, ...after];
  const bySteps = new Map([...before, ...after].map((point) => [point.step, point]));
  return [...bySteps.values()].sort((a, b) => a.step - b.step);
}

/** The step at which an epoch ended: its last point, or what the pace of the others says. */
export function endOfEpoch(points: readonly CurvePoint[], epoch: number): number {
  let within = -1;
  let later = -1;
  for (const point of points) {
    if (point.epoch <= epoch) within = point.step;
    else {
      later = point.step;
      break;
    }
  }
  if (later >= 0) return later - 1 > within ? later - 1 : within;
  return Math.max(within, 0);
}

/** A running mean that follows a noisy line, as far back as the smoothing says (0 to 1). */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let mean = 0;
  let held = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = mean * weight + value * (1 - weight);
    held = held * weight + (1 - weight);
    return mean / held;
  });
}

const at = (value: number | null | undefined): number | null => value ?? null;

/** Few points are followed closely, many are smoothed. */
const weightFor = (points: readonly CurvePoint[]): number => Math.min(0.96, Math.max(0, 1 - 12 / (points.length + 1)));

/** Loss per step, its running mean, and both losses per epoch. */
export function lossColumns(points: readonly CurvePoint[], epochs: readonly EpochPoint[]): Columns {
  const steps = points.map((point) => point.step);
  const batch = points.map((point) => at(point.batch_loss ?? point.loss));
  const rows = new Map<number, (number | null)[]>();
  const mean = smooth(batch, weightFor(points));
  steps.forEach((step, i) => rows.set(step, [batch[i] ?? null, mean[i] ?? null, null]));
  for (const epoch of epochs) {
    const step = endOfEpoch(points, epoch.epoch);
    const row = rows.get(step) ?? [null, null, null];
    rows.set(step, [row[0] ?? null, row[1] ?? null, at(epoch.val_loss)]);
  }
  return byStep(rows, 3);
}

/** Accuracy per step on the batch, and per epoch on val. */
export function accuracyColumns(points: readonly CurvePoint[], epochs: readonly EpochPoint[]): Columns {
  const rows = new Map<number, (number | null)[]>();
  const mean = smooth(
    points.map((point) => at(point.acc)),
    weightFor(points),
  );
  points.forEach((point, i) => rows.set(point.step, [mean[i] ?? null, null]));
  for (const epoch of epochs) {
    const step = endOfEpoch(points, epoch.epoch);
    rows.set(step, [rows.get(step)?.[0] ?? null, at(epoch.val_accuracy)]);
  }
  return byStep(rows, 2);
}

export const rateColumns = (points: readonly CurvePoint[]): Columns => [
  points.map((point) => point.step),
  points.map((point) => at(point.lr)),
];

function byStep(rows: ReadonlyMap<number, (number | null)[]>, lines: number): Columns {
  const sorted = [...rows].sort(([a], [b]) => a - b);
  return [
    sorted.map(([step]) => step),
    ...Array.from({ length: lines }, (_, line) => sorted.map(([, values]) => values[line] ?? null)),
  ];
}
