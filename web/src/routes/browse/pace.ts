/** How fast labels are given: of the last minutes of work, without the pauses. */

/** A longer wait than this is a pause, seconds. */
const PAUSE_S = 20;
/** How far back the pace looks, seconds of work. */
const WINDOW_S = 180;
/** Fewer acts than this say nothing yet. */
const FEWEST = 5;

export interface Act {
  /** When, milliseconds. */
  readonly at: number;
  /** Pictures labelled by it. */
  readonly labels: number;
}

/** Labels per minute; null while there are too few acts to tell, or work has stopped. */
export function pace(acts: readonly Act[], now: number): number | null {
  const newest = acts.at(-1);
  if (!newest || (now - newest.at) / 1000 > PAUSE_S * 3) return null;
  let worked = 0;
  let labels = 0;
  let steps = 0;
  for (let i = acts.length - 1; i > 0 && worked < WINDOW_S; i--) {
    const act = acts[i];
    const before = acts[i - 1];
    if (!act || !before) break;
    worked += Math.min(PAUSE_S, (act.at - before.at) / 1000);
    labels += act.labels;
    steps += 1;
  }
  return steps + 1 < FEWEST || worked < 1 ? null : (labels / worked) * 60;
}

/** Seconds that so many labels will take at that pace; null when nobody can tell. */
export const timeFor = (labels: number | null, perMinute: number | null): number | null =>
  labels === null || perMinute === null || perMinute <= 0 ? null : (labels / perMinute) * 60;
