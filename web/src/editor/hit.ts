/** What lies under the pointer. Distances in pixels of the picture. */
import {
  boundsOf,
  grow,
  isInBox,
  isInParts,
  isInRing,
  nearestOnLine,
  nearestOnRing,
  obbCorners,
  cornersOf,
} from "./geometry";
import { isSet, rasterOf } from "./raster";
import type { Box, EditorObject, Shape, Skeleton } from "./types";

/** How far a point is from a shape's outline or marks, and whether it lies inside. */
export interface Hit {
  readonly inside: boolean;
  readonly distance: number;
}

const NONE: Hit = { inside: false, distance: Infinity };

/** Judges a shape; null when the point is further than `reach` from it. */
export function hit(shape: Shape, x: number, y: number, reach: number, skeleton?: Skeleton | null): Hit | null {
  if (!isInBox(grow(boundsOf(shape), reach), x, y)) return null;
  const found = judge(shape, x, y, skeleton);
  return found.inside || found.distance <= reach ? found : null;
}

function judge(shape: Shape, x: number, y: number, skeleton?: Skeleton | null): Hit {
  switch (shape.kind) {
    case "box":
      return ringHit(cornersOf(shape.geometry), x, y);
    case "obb":
      return ringHit(obbCorners(shape.geometry), x, y);
    case "polygon": {
      const rings = shape.geometry.flat();
      const distance = Math.min(...rings.map((ring) => nearestOnRing(ring, x, y).distance));
      return { inside: isInParts(shape.geometry, x, y), distance };
    }
    case "mask":
      return isSet(rasterOf(shape.geometry), x, y) ? { inside: true, distance: 0 } : NONE;
    case "point":
      return { inside: false, distance: Math.hypot(x - shape.geometry[0], y - shape.geometry[1]) };
    case "keypoints":
      return { inside: false, distance: keypointsDistance(shape.geometry, x, y, skeleton) };
  }
}

const ringHit = (ring: number[], x: number, y: number): Hit => ({
  inside: isInRing(ring, x, y),
  distance: nearestOnRing(ring, x, y).distance,
});

function keypointsDistance(
  points: readonly (readonly [number, number, number])[],
  x: number,
  y: number,
  skeleton?: Skeleton | null,
): number {
  const given = points.filter(([, , seen]) => seen);
  let best = Math.min(...given.map(([px, py]) => Math.hypot(px - x, py - y)));
  for (const [from, to] of skeleton?.edges ?? []) {
    const [a, b] = [points[from], points[to]];
    if (a?.[2] && b?.[2]) best = Math.min(best, nearestOnLine(x, y, a[0], a[1], b[0], b[1]).distance);
  }
  return best;
}

/** Whether a shape lies wholly in a box, as a marquee wants it. */
export function isWithin(shape: Shape, box: Box): boolean {
  const [x1, y1, x2, y2] = boundsOf(shape);
  return x1 >= box[0] && y1 >= box[1] && x2 <= box[2] && y2 <= box[3];
}

/** Of the objects under a place the one with the smallest bounds; null when there is none. */
export function smallestAt(objects: readonly EditorObject[], x: number, y: number, reach: number): EditorObject | null {
  let best: EditorObject | null = null;
  let least = Infinity;
  for (const object of objects) {
    const [x1, y1, x2, y2] = boundsOf(object);
    const size = (x2 - x1) * (y2 - y1);
    if (size < least && hit(object, x, y, reach)) [best, least] = [object, size];
  }
  return best;
}
