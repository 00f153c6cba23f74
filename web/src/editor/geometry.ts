/** Shapes measured: bounds, distances, areas, corners. Pixels of the picture throughout. */
import { imagePoint, type ImagePoint } from "@/grid/camera";
import { rleExtent } from "./rle";
import type { Box, ObbShape, Part, Ring, Shape } from "./types";

export { imagePoint, screenPoint, toImage, toScreen } from "@/grid/camera";

export const EMPTY: Box = [Infinity, Infinity, -Infinity, -Infinity];

/** The box between two opposite corners. */
export const boxOf = (x1: number, y1: number, x2: number, y2: number): Box => [
  Math.min(x1, x2),
  Math.min(y1, y2),
  Math.max(x1, x2),
  Math.max(y1, y2),
];
export const union = (a: Box, b: Box): Box => [
  Math.min(a[0], b[0]),
  Math.min(a[1], b[1]),
  Math.max(a[2], b[2]),
  Math.max(a[3], b[3]),
];
export const intersects = (a: Box, b: Box) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
export const contains = (a: Box, b: Box) => a[0] <= b[0] && a[1] <= b[1] && a[2] >= b[2] && a[3] >= b[3];
export const grow = (box: Box, by: number): Box => [box[0] - by, box[1] - by, box[2] + by, box[3] + by];
export const isInBox = (box: Box, x: number, y: number) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
export const middle = (box: Box): ImagePoint => imagePoint((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
/** The corners, clockwise as seen from the top left one, as x, y, x, y, ... */
export const cornersOf = ([x1, y1, x2, y2]: Box): number[] => [x1, y1, x2, y1, x2, y2, x1, y2];

export function ringBounds(ring: Ring): Box {
  let [x1, y1, x2, y2] = EMPTY;
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const x = ring[i] ?? 0;
    const y = ring[i + 1] ?? 0;
    if (x < x1) x1 = x;
    if (x > x2) x2 = x;
    if (y < y1) y1 = y;
    if (y > y2) y2 = y;
  }
  return [x1, y1, x2, y2];
}

/** A point of an oriented box, given in its own frame: -0.5 to 0.5 of its sides. */
export function obbPoint([cx, cy, w, h, degrees]: ObbShape["geometry"], u: number, v: number): ImagePoint {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return imagePoint(cx + u * w * cos - v * h * sin, cy + u * w * sin + v * h * cos);
}

/** The corners of an oriented box, clockwise as seen, from the one that was top left unturned. */
export function obbCorners(geometry: ObbShape["geometry"]): number[] {
  const halves = [
    [-0.5, -0.5],
    [0.5, -0.5],
    [0.5, 0.5],
    [-0.5, 0.5],
  ] as const;
  return halves.flatMap(([u, v]) => {
    const p = obbPoint(geometry, u, v);
    return [p.x, p.y];
  });
}

const known = new WeakMap<object, Box>();

/** The smallest upright rectangle about a shape. */
export function boundsOf(shape: Shape): Box {
  if (shape.kind === "box") return shape.geometry;
  if (shape.kind === "point") return [...shape.geometry, ...shape.geometry];
  const before = known.get(shape.geometry);
  if (before) return before;
  const made = measured(shape);
  known.set(shape.geometry, made);
  return made;
}

function measured(shape: Exclude<Shape, { kind: "box" | "point" }>): Box {
  switch (shape.kind) {
    case "obb":
      return ringBounds(obbCorners(shape.geometry));
    case "polygon":
      return shape.geometry.map((part) => ringBounds(part[0] ?? [])).reduce(union, EMPTY);
    case "mask":
      return rleExtent(shape.geometry);
    case "keypoints":
      return ringBounds(shape.geometry.flatMap(([x, y, seen]) => (seen ? [x, y] : [])));
  }
}

export const boundsOfAll = (shapes: readonly Shape[]): Box => shapes.map(boundsOf).reduce(union, EMPTY);

/** Whether a point lies inside a ring, by the even-odd rule. */
export function isInRing(ring: Ring, x: number, y: number): boolean {
  let odd = false;
  const n = ring.length;
  for (let i = 0, j = n - 2; i + 1 < n; j = i, i += 2) {
    const x0 = ring[j] ?? 0;
    const y0 = ring[j + 1] ?? 0;
    const x1 = ring[i] ?? 0;
    const y1 = ring[i + 1] ?? 0;
    if (y0 > y !== y1 > y && x < ((x1 - x0) / (y1 - y0)) * (y - y0) + x0) odd = !odd;
  }
  return odd;
}

/** Whether a point lies in one of the areas, and in no hole of it. */
export const isInParts = (parts: readonly Part[], x: number, y: number): boolean =>
  parts.some(([outer, ...holes]) => outer && isInRing(outer, x, y) && !holes.some((hole) => isInRing(hole, x, y)));

export interface Near {
  readonly distance: number;
  readonly x: number;
  readonly y: number;
}

/** The nearest place of a line from a to b. */
export function nearestOnLine(x: number, y: number, ax: number, ay: number, bx: number, by: number): Near {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  const [px, py] = [ax + t * dx, ay + t * dy];
  return { distance: Math.hypot(x - px, y - py), x: px, y: py };
}

/** The nearest place of a ring's outline, and the side on which it lies (0 is from point 0 to point 1). */
export function nearestOnRing(ring: Ring, x: number, y: number): Near & { readonly side: number } {
  let best = { distance: Infinity, x, y, side: -1 };
  const n = ring.length / 2;
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n;
    const near = nearestOnLine(x, y, ring[2 * i] ?? 0, ring[2 * i + 1] ?? 0, ring[2 * j] ?? 0, ring[2 * j + 1] ?? 0);
    if (near.distance < best.distance) best = { ...near, side: i };
  }
  return best;
}

/** The signed area in square pixels; positive when the points run clockwise as seen. */
export function ringArea(ring: Ring): number {
  let sum = 0;
  const n = ring.length;
  for (let i = 0, j = n - 2; i + 1 < n; j = i, i += 2) {
    sum += (ring[j] ?? 0) * (ring[i + 1] ?? 0) - (ring[i] ?? 0) * (ring[j + 1] ?? 0);
  }
  return sum / 2;
}

/** A number between two others. */
export const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** Degrees in [-180, 180). */
export const turn = (degrees: number) => ((((degrees + 180) % 360) + 360) % 360) - 180;
