/** Round numbers on an axis. Pure, so that plots can be tested without drawing. */

/** About `wanted` round numbers from 0 to at least `most`, both ends among them. */
export function ticks(most: number, wanted = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power);
  const last = Math.ceil(most / step);
  return Array.from({ length: last + 1 }, (_, i) => i * step);
}

/** The powers of two from at most `low` to at least `high`. */
export function doublings(low: number, high: number): number[] {
  const from = Math.floor(Math.log2(Math.max(1, low)));
  const to = Math.max(from + 1, Math.ceil(Math.log2(Math.max(1, high))));
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));
}

/** Where a value lies between two ends, 0 to 1, when doublings are equally far apart. */
export function logShare(value: number, low: number, high: number): number {
  const [a, b, x] = [low, high, value].map((one) => Math.log2(Math.max(1, one))) as [number, number, number];
  return b > a ? (x - a) / (b - a) : 0.5;
}
