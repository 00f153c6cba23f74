/** Sizes that are asked for: long side in pixels. */
export const LEVELS = [1024, 2048, 4096, 8192] as const;

/** The smallest size that looks sharp at a zoom: a picture of `longest` pixels, shown with `ratio` device pixels each. */
export function levelFor(longest: number, zoom: number, ratio: number): number {
  const wanted = Math.min(longest, longest * zoom * ratio) * 0.8;
  return LEVELS.find((px) => px >= wanted) ?? LEVELS[3];
}
