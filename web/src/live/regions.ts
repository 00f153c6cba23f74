/** Parts of a picture that are made unrecognisable: shares of its width and height, left, top, right, bottom. */

export type Region = readonly [number, number, number, number];

export const isRegion = (list: readonly number[]): list is [number, number, number, number] => list.length === 4;

export const MOST_REGIONS = 32;
const SMALLEST = 0.01;

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The region between two corners, in whichever order; null when it is too small to mean one. */
export function between(ax: number, ay: number, bx: number, by: number): Region | null {
  const [x1, x2] = [clamp(Math.min(ax, bx)), clamp(Math.max(ax, bx))];
  const [y1, y2] = [clamp(Math.min(ay, by)), clamp(Math.max(ay, by))];
  if (x2 - x1 < SMALLEST || y2 - y1 < SMALLEST) return null;
  return [rounded(x1), rounded(y1), rounded(x2), rounded(y2)];
}

/** The region moved by shares of the picture; it stays inside and keeps its size. */
export function moved([x1, y1, x2, y2]: Region, dx: number, dy: number): Region {
  const x = Math.min(1 - (x2 - x1), Math.max(0, x1 + dx));
  const y = Math.min(1 - (y2 - y1), Math.max(0, y1 + dy));
  return [rounded(x), rounded(y), rounded(x + x2 - x1), rounded(y + y2 - y1)];
}

/** The region with its lower right corner moved. */
export function resized([x1, y1, x2, y2]: Region, dx: number, dy: number): Region {
  const x = Math.min(1, Math.max(x1 + SMALLEST, x2 + dx));
  const y = Math.min(1, Math.max(y1 + SMALLEST, y2 + dy));
  return [x1, y1, rounded(x), rounded(y)];
}

/** A new one for who draws without a mouse: in the middle, each a little beside the last. */
export function fresh(count: number): Region {
  const shift = 0.04 * (count % 8);
  return moved([0.35, 0.35, 0.65, 0.65], shift, shift);
}

export const replaced = (list: readonly Region[], at: number, by: Region): Region[] =>
  list.map((one, i) => (i === at ? by : one));
export const without = (list: readonly Region[], at: number): Region[] => list.filter((_, i) => i !== at);

/** In words, for who cannot see it. */
export const spoken = ([x1, y1, x2, y2]: Region): string => {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return `left ${percent(x1)}, top ${percent(y1)}, width ${percent(x2 - x1)}, height ${percent(y2 - y1)}`;
};
