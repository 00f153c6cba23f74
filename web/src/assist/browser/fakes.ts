/** A decoder whose masks are discs about the first point, for tests. */
import type { DecoderInfo } from "@/api/types";
import type { NamedArray } from "./arrays";
import type { Run } from "./decoder";

export const LOW = 32;
export const SIDE = 64;
export const RADII = [6, 12, 18];
export const SCORES = [0.5, 0.9, 0.7];
export const PLAN: DecoderInfo = {
  key: "discs",
  bytes: 9,
  fed: { embedding: "given" },
  inputs: {
    embedding: "float32",
    point_coords: "float32",
    point_labels: "int64",
    mask_input: "float32",
    has_mask_input: "float32",
  },
  points: "point_coords",
  labels: "point_labels",
  boxes: "",
  earlier: "mask_input",
  has_earlier: "has_mask_input",
  size: "",
  nested: false,
  pads: true,
  masks: "masks",
  scores: "scores",
  low: [LOW, LOW],
  side: SIDE,
  stretched: false,
};

/** Logits of a disc, in pixels of the square. */
export function disc(x: number, y: number, radius: number): Float32Array {
  const step = SIDE / LOW;
  return Float32Array.from({ length: LOW * LOW }, (_, at) => {
    const [cx, cy] = [((at % LOW) + 0.5) * step - 0.5, (Math.floor(at / LOW) + 0.5) * step - 0.5];
    return radius ** 2 - (cx - x) ** 2 - (cy - y) ** 2;
  });
}

export function encoding(width: number, height: number): Map<string, NamedArray> {
  return new Map<string, NamedArray>([
    ["given", { dims: [1], data: new Float32Array([1]) }],
    ["size", { dims: [2], data: BigInt64Array.from([BigInt(width), BigInt(height)]) }],
  ]);
}

export const discs: Run = (feeds) => {
  const [x = 0, y = 0] = Array.from(feeds.get("point_coords")?.data ?? [], Number);
  const data = new Float32Array(3 * LOW * LOW);
  RADII.forEach((radius, at) => data.set(disc(x, y, radius), at * LOW * LOW));
  return Promise.resolve(
    new Map<string, NamedArray>([
      ["masks", { dims: [1, 3, LOW, LOW], data }],
      ["scores", { dims: [1, 3], data: Float32Array.from(SCORES) }],
    ]),
  );
};
