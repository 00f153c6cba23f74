/** Waits between attempts: twice as long each time, up to a limit, and never all clients at once. */

export const FIRST_MS = 500;
export const LONGEST_MS = 20_000;

/**
 * Milliseconds before an attempt, which counts from 1. `random` gives 0..1.
 *
 * Half of the wait is certain and half is drawn, so that a server that comes back is not met by everybody at once.
 */
export function waitMs(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (Math.max(1, attempt) - 1));
  return Math.round(full / 2 + (full / 2) * random());
}
