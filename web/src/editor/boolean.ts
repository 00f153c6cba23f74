/** Areas joined, subtracted and cut by a sweep over all sides (Martínez et al. 2009 and 2013, in polyclip-ts). */
import * as clipper from "polyclip-ts";
import type { Geom } from "polyclip-ts";
import {
  boundsOf,
  cornersOf,
  grow,
  nearestOnLine,
  obbCorners,
  ringArea,
  ringBounds,
  union as unionBox,
} from "./geometry";
import type { Box, Part, Ring, Shape } from "./types";

type Pair = [number, number];

const toPairs = (ring: Ring): Pair[] => {
  const pairs: Pair[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) pairs.push([ring[i] ?? 0, ring[i + 1] ?? 0]);
  return pairs;
};
const toGeom = (parts: readonly Part[]): Geom => parts.map((part) => part.map(toPairs));

/** Back to rings that do not repeat their first point. */
function fromGeom(parts: readonly (readonly (readonly Pair[])[])[]): Part[] {
  return parts.map((part) => part.map((ring) => ring.slice(0, -1).flat()).filter((ring) => ring.length >= 6));
}

/** A shape's areas as rings; null for one that has none (points), or whose areas are pixels (masks). */
export function partsOf(shape: Shape): readonly Part[] | null {
  switch (shape.kind) {
    case "box":
      return [[cornersOf(shape.geometry)]];
    case "obb":
      return [[obbCorners(shape.geometry)]];
    case "polygon":
      return shape.geometry;
    default:
      return null;
  }
}

export function union(areas: readonly (readonly Part[])[]): Part[] {
  const [first, ...rest] = areas.map(toGeom);
  return first ? fromGeom(clipper.union(first, ...rest)) : [];
}

export const difference = (area: readonly Part[], less: readonly (readonly Part[])[]): Part[] =>
  fromGeom(clipper.difference(toGeom(area), ...less.map(toGeom)));

export const intersection = (a: readonly Part[], b: readonly Part[]): Part[] =>
  fromGeom(clipper.intersection(toGeom(a), toGeom(b)));

/** Square pixels, holes taken off. */
export const areaOf = (parts: readonly Part[]): number =>
  parts.reduce(
    (sum, [outer, ...holes]) =>
      sum + Math.abs(ringArea(outer ?? [])) - holes.reduce((all, hole) => all + Math.abs(ringArea(hole)), 0),
    0,
  );

/** Whether two sides of a ring cross; neighbours may touch. */
export function crossesItself(ring: Ring): boolean {
  const points = toPairs(ring);
  const n = points.length;
  const at = (i: number): Pair => points[i % n] ?? [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (cross(at(i), at(i + 1), at(j), at(j + 1))) return true;
    }
  }
  return false;
}

const side = (a: Pair, b: Pair, p: Pair) => Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
const cross = (a: Pair, b: Pair, c: Pair, d: Pair) =>
  side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

/** Without points that lie on the one before, and untangled where a ring crosses itself. */
export function tidied(parts: readonly Part[]): Part[] {
  const clean = parts
    .map((part) => part.map(withoutDoubles).filter((ring) => ring.length >= 6))
    .filter((part) => part.length);
  return clean.some((part) => part.some(crossesItself)) ? union([clean]) : clean;
}

function withoutDoubles(ring: Ring): number[] {
  const out: number[] = [];
  const n = ring.length / 2;
  for (let i = 0; i < n; i++) {
    const j = (i + n - 1) % n;
    const same = ring[2 * i] === ring[2 * j] && ring[2 * i + 1] === ring[2 * j + 1];
    if (!same) out.push(ring[2 * i] ?? 0, ring[2 * i + 1] ?? 0);
  }
  return out;
}

/**
 * The area on one side of a line that is carried on at both ends until it has left a box:
 * what it and the box's border enclose.
 */
export function sideOf(line: readonly number[], about: Box): Part {
  const points = toPairs(line);
  const box = grow(unionBox(about, ringBounds(line)), 1);
  const reach = 2 * Math.hypot(box[2] - box[0], box[3] - box[1]);
  const [first, second] = points;
  const [last, before] = [points.at(-1), points.at(-2)];
  if (!first || !second || !last || !before) return [];
  const [start, end] = [leave(second, first, box, reach), leave(before, last, box, reach)];
  return [[...start, ...points.slice(1, -1).flat(), ...end, ...around(end, start, box)]];
}

/** Where a ray that goes on from a through b leaves a box. */
function leave(a: Pair, b: Pair, box: Box, reach: number): Pair {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy) || 1;
  const ratios = [
    dx > 0 ? (box[2] - b[0]) / dx : dx < 0 ? (box[0] - b[0]) / dx : Infinity,
    dy > 0 ? (box[3] - b[1]) / dy : dy < 0 ? (box[1] - b[1]) / dy : Infinity,
  ];
  const t = Math.min(...ratios, reach / length);
  return [b[0] + t * dx, b[1] + t * dy];
}

/** The box's corners from one place on its border to another, clockwise as seen. */
function around(from: Pair, to: Pair, box: Box): number[] {
  const corners = toPairs(cornersOf(box));
  const [start, end] = [along(from, box), along(to, box)];
  const total = 4;
  const length = (end - start + total) % total;
  return corners
    .map((corner, i) => ({ corner, at: (i - start + total) % total }))
    .filter(({ at }) => at > 0 && at < length)
    .sort((a, b) => a.at - b.at)
    .flatMap(({ corner }) => corner);
}

/** How far a place is around a box's border, 0 to 4 from the top left corner, clockwise as seen. */
function along([x, y]: Pair, box: Box): number {
  const corners = toPairs(cornersOf(box));
  let best = { distance: Infinity, at: 0 };
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % 4] ?? a;
    const near = nearestOnLine(x, y, a[0], a[1], b[0], b[1]);
    const share = Math.hypot(near.x - a[0], near.y - a[1]) / (Math.hypot(b[0] - a[0], b[1] - a[1]) || 1);
    if (near.distance < best.distance) best = { distance: near.distance, at: i + share };
  });
  return best.at % 4;
}

/** A shape's areas on either side of a line; null when the line does not cut it in two. */
export function cutParts(parts: readonly Part[], line: readonly number[]): readonly [Part[], Part[]] | null {
  const bounds = boundsOf({ kind: "polygon", geometry: parts });
  const half = [sideOf(line, bounds)];
  const [one, other] = [intersection(parts, half), difference(parts, [half])];
  return one.length && other.length ? [one, other] : null;
}
