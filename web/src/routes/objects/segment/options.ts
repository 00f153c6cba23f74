import type { SegmentOptions } from "@/api/types";

export type NumberKey = Exclude<keyof SegmentOptions, "engine">;

export interface NumberOption {
  readonly key: NumberKey;
  readonly name: string;
  readonly about: string;
  readonly max?: number;
  readonly min: number;
  readonly step: number;
}

/** What a build without wishes does; the server's own defaults. */
export const USUAL: SegmentOptions = {
  engine: "auto",
  mask_threshold: 0.5,
  score_threshold: 0,
  min_size: 0,
  max_results: 1,
  min_box_iou: 0.4,
};

export const NUMBERS: readonly NumberOption[] = [
  {
    key: "mask_threshold",
    name: "Mask threshold",
    about: "How sure the segmenter must be of a pixel: lower gives fuller outlines.",
    min: 0,
    max: 1,
    step: 0.05,
  },
  {
    key: "score_threshold",
    name: "Score threshold",
    about: "Masks that the segmenter thinks worse of are not taken.",
    min: 0,
    max: 1,
    step: 0.05,
  },
  { key: "min_size", name: "Least pixels", about: "Smaller masks are not taken.", min: 0, step: 1 },
  {
    key: "min_box_iou",
    name: "Least agreement",
    about: "Masks whose bounds agree less with the box (IoU) are of something else.",
    min: 0,
    max: 1,
    step: 0.05,
  },
  {
    key: "max_results",
    name: "Polygons a box",
    about: "More than one where a box holds several things.",
    min: 1,
    max: 10,
    step: 1,
  },
];

/** What a field says as a number within its range; what it cannot be read as leaves things as they are. */
export function read(text: string, option: Pick<NumberOption, "min" | "max" | "step">, before: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return before;
  const whole = option.step === 1 ? Math.round(value) : value;
  return Math.min(Math.max(whole, option.min), option.max ?? Number.MAX_SAFE_INTEGER);
}

/** A polygon (parts of rings of x, y, x, y …) as an SVG path; its holes are cut by the even-odd rule. */
export const pathOf = (polygon: readonly (readonly (readonly number[])[])[]): string =>
  polygon
    .flat()
    .map((ring) => {
      const points: string[] = [];
      for (let i = 0; i + 1 < ring.length; i += 2) points.push(`${round(ring[i])} ${round(ring[i + 1])}`);
      return `M${points.join("L")}Z`;
    })
    .join("");

const round = (value: number | undefined): number => Math.round((value ?? 0) * 10) / 10;

/** The reasons why boxes stay, the most frequent first, in words. */
export function reasonsOf(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of reasons) if (one) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([why, count]) => (counts.size > 1 ? `${count} × ${why}` : why))
    .join("; ");
}
