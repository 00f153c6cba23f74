/** The marks by which a selected object is changed: where they are, and what dragging one does. */
import { boundsOf, boxOf, clamp, obbPoint, turn, union } from "./geometry";
import type { Box, EditorObject, ImagePoint, ObbShape, Part, PolygonShape, Ring, Shape } from "./types";

export interface Handle {
  /** "nw", "turn", "v:0:0:3" (vertex 3 of ring 0 of part 0), "m:0:0:3" (middle of the side after it), "k:2". */
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** A ring lies about a mark that has to be seen. */
  readonly look: "square" | "round" | "small" | "ring";
}
export interface Keys {
  readonly shift: boolean;
  readonly alt: boolean;
}

/** Name, and where it is: -1 to 1 of the half sides. */
const SIDES = [
  ["nw", -1, -1],
  ["n", 0, -1],
  ["ne", 1, -1],
  ["e", 1, 0],
  ["se", 1, 1],
  ["s", 0, 1],
  ["sw", -1, 1],
  ["w", -1, 0],
] as const;
/** CSS pixels from the upper side to the handle that turns. */
const TURN_PX = 24;
/** CSS pixels that a side must have for a mark in its middle. */
const MIDDLE_PX = 28;

/** The handles of what is selected; several objects are scaled together by their common box. */
export function handlesOf(selection: readonly EditorObject[], zoom: number): Handle[] {
  const free = selection.filter((object) => !object.locked && !object.hidden);
  const [only] = free;
  if (!only) return [];
  if (free.length > 1) return boxHandles(free.map(boundsOf).reduce(union));
  switch (only.kind) {
    case "box":
      return boxHandles(only.geometry);
    case "obb":
      return obbHandles(only.geometry, zoom);
    case "polygon":
      return polygonHandles(only.geometry, zoom);
    case "keypoints":
      return only.geometry.flatMap(([x, y, seen], i) => (seen ? [{ id: `k:${i}`, x, y, look: "ring" }] : []));
    default:
      return [];
  }
}

function boxHandles([x1, y1, x2, y2]: Box): Handle[] {
  const [cx, cy] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return SIDES.map(([id, u, v]) => ({
    id,
    x: cx + (u * (x2 - x1)) / 2,
    y: cy + (v * (y2 - y1)) / 2,
    look: "square",
  }));
}

function obbHandles(geometry: ObbShape["geometry"], zoom: number): Handle[] {
  const sides = SIDES.map(([id, u, v]): Handle => ({ id, ...place(obbPoint(geometry, u / 2, v / 2)), look: "square" }));
  const up = 0.5 + TURN_PX / zoom / geometry[3];
  return [...sides, { id: "turn", ...place(obbPoint(geometry, 0, -up)), look: "round" }];
}

const place = (p: ImagePoint) => ({ x: p.x, y: p.y });

function polygonHandles(parts: readonly Part[], zoom: number): Handle[] {
  return parts.flatMap((part, i) => part.flatMap((ring, j) => ringHandles(ring, `${i}:${j}`, zoom)));
}

function ringHandles(ring: Ring, where: string, zoom: number): Handle[] {
  const vertices: Handle[] = [];
  const middles: Handle[] = [];
  const n = ring.length / 2;
  for (let i = 0; i < n; i++) {
    const [x, y] = [ring[2 * i] ?? 0, ring[2 * i + 1] ?? 0];
    const j = (i + 1) % n;
    const [x1, y1] = [ring[2 * j] ?? 0, ring[2 * j + 1] ?? 0];
    vertices.push({ id: `v:${where}:${i}`, x, y, look: "square" });
    if (Math.hypot(x1 - x, y1 - y) * zoom >= MIDDLE_PX) {
      middles.push({ id: `m:${where}:${i}`, x: (x + x1) / 2, y: (y + y1) / 2, look: "small" });
    }
  }
  return [...vertices, ...middles];
}

/** The handle under a place, the nearest one; null when none is within reach. */
export function handleAt(handles: readonly Handle[], p: ImagePoint, reach: number): Handle | null {
  let best: Handle | null = null;
  let nearest = reach;
  for (const handle of handles) {
    const distance = Math.hypot(handle.x - p.x, handle.y - p.y);
    if (distance < nearest || (distance === nearest && best?.look === "small")) [best, nearest] = [handle, distance];
  }
  return best;
}

const CURSORS: Readonly<Record<string, string>> = {
  nw: "nwse-resize",
  se: "nwse-resize",
  ne: "nesw-resize",
  sw: "nesw-resize",
  n: "ns-resize",
  s: "ns-resize",
  e: "ew-resize",
  w: "ew-resize",
  turn: "grab",
};
export const cursorOf = (id: string): string => CURSORS[id] ?? (id.startsWith("m:") ? "copy" : "move");

/** The box after a handle was dragged to a place: Shift keeps its proportions, Alt its middle. */
export function resized(box: Box, id: string, p: { x: number; y: number }, keys: Keys): Box {
  const side = SIDES.find(([name]) => name === id);
  if (!side) return box;
  const [, u, v] = side;
  const [x1, y1, x2, y2] = box;
  const [cx, cy] = [(x1 + x2) / 2, (y1 + y2) / 2];
  let width =
    u === 0 ? x2 - x1 : (u > 0 ? p.x - (keys.alt ? cx : x1) : (keys.alt ? cx : x2) - p.x) * (keys.alt ? 2 : 1);
  let height =
    v === 0 ? y2 - y1 : (v > 0 ? p.y - (keys.alt ? cy : y1) : (keys.alt ? cy : y2) - p.y) * (keys.alt ? 2 : 1);
  if (keys.shift) [width, height] = proportional(box, [u, v], [width, height]);
  // What stays in place: the middle, or the opposite corner; across a side that is not dragged, its middle.
  const ax = keys.alt || u === 0 ? cx - width / 2 : u > 0 ? x1 : x2 - width;
  const ay = keys.alt || v === 0 ? cy - height / 2 : v > 0 ? y1 : y2 - height;
  return boxOf(ax, ay, ax + width, ay + height);
}

function proportional(
  [x1, y1, x2, y2]: Box,
  [u, v]: [number, number],
  [width, height]: [number, number],
): [number, number] {
  const [kx, ky] = [width / (x2 - x1 || 1), height / (y2 - y1 || 1)];
  const k = u === 0 ? ky : v === 0 ? kx : Math.abs(kx) > Math.abs(ky) ? kx : ky;
  return [(x2 - x1) * k, (y2 - y1) * k];
}

/** What a shape becomes when one of its handles is dragged to a place; null when it would be none. */
export function dragged(shape: Shape, id: string, p: ImagePoint, keys: Keys): Shape | null {
  switch (shape.kind) {
    case "box": {
      const box = resized(shape.geometry, id, p, keys);
      return box[2] > box[0] && box[3] > box[1] ? { ...shape, geometry: box } : null;
    }
    case "obb":
      return id === "turn" ? turned(shape, p, keys) : draggedObb(shape, id, p, keys);
    case "polygon":
      return draggedVertex(shape, id, p);
    case "keypoints": {
      const at = Number(id.split(":")[1]);
      const geometry = shape.geometry.map((one, i) => (i === at ? ([p.x, p.y, one[2] || 2] as const) : one));
      return { ...shape, geometry };
    }
    default:
      return null;
  }
}

function turned(shape: ObbShape, p: ImagePoint, keys: Keys): ObbShape {
  const [cx, cy, w, h] = shape.geometry;
  const exact = (Math.atan2(p.y - cy, p.x - cx) * 180) / Math.PI + 90;
  return { ...shape, geometry: [cx, cy, w, h, turn(keys.shift ? Math.round(exact / 15) * 15 : exact)] };
}

function draggedObb(shape: ObbShape, id: string, p: ImagePoint, keys: Keys): ObbShape | null {
  const [cx, cy, w, h, degrees] = shape.geometry;
  // In the box's own frame it is an upright one.
  const own = obbPoint([0, 0, 1, 1, -degrees], p.x - cx, p.y - cy);
  const [x1, y1, x2, y2] = resized([-w / 2, -h / 2, w / 2, h / 2], id, own, keys);
  if (!(x2 > x1 && y2 > y1)) return null;
  const centre = obbPoint([cx, cy, 1, 1, degrees], (x1 + x2) / 2, (y1 + y2) / 2);
  return { ...shape, geometry: [centre.x, centre.y, x2 - x1, y2 - y1, degrees] };
}

/** Part, ring and place of a vertex handle. */
export function vertexOf(id: string): readonly [number, number, number] {
  const [, part, ring, at] = id.split(":").map(Number);
  return [part ?? 0, ring ?? 0, at ?? 0];
}

function withRing(shape: PolygonShape, part: number, ring: number, next: Ring): PolygonShape {
  return {
    ...shape,
    geometry: shape.geometry.map((one, i) => (i === part ? one.map((old, j) => (j === ring ? next : old)) : one)),
  };
}

function draggedVertex(shape: PolygonShape, id: string, p: ImagePoint): PolygonShape | null {
  const [part, ring, at] = vertexOf(id);
  const old = shape.geometry[part]?.[ring];
  if (!old) return null;
  const inserted = id.startsWith("m:");
  const next = [...old];
  if (inserted) next.splice(2 * (at + 1), 0, p.x, p.y);
  else next.splice(2 * at, 2, p.x, p.y);
  return withRing(shape, part, ring, next);
}

/** The polygon without a vertex; a ring of three points goes as a whole, null when nothing is left. */
export function withoutVertex(shape: PolygonShape, id: string): PolygonShape | null {
  const [part, ring, at] = vertexOf(id);
  const old = shape.geometry[part]?.[ring];
  if (!old) return null;
  if (old.length > 6) {
    const next = [...old];
    next.splice(2 * at, 2);
    return withRing(shape, part, ring, next);
  }
  const parts = shape.geometry.flatMap((one, i) => {
    if (i !== part) return [one];
    return ring === 0 ? [] : [one.filter((_, j) => j !== ring)];
  });
  return parts.length ? { ...shape, geometry: parts } : null;
}

const SIDE_WORDS: Readonly<Record<string, string>> = {
  nw: "upper left corner",
  n: "upper side",
  ne: "upper right corner",
  e: "right side",
  se: "lower right corner",
  s: "lower side",
  sw: "lower left corner",
  w: "left side",
  turn: "turning handle",
};

/** A handle in words, for those who hear it. */
export function handleWords(id: string): string {
  const [kind = "", first = 0, second = 0, third = 0] = id.split(":").map((one, i) => (i ? Number(one) : one));
  if (kind === "k") return `keypoint ${Number(first) + 1}`;
  if (kind !== "v" && kind !== "m") return SIDE_WORDS[id] ?? id;
  const ring = second === 0 ? (first === 0 ? "" : ` of part ${Number(first) + 1}`) : ` of hole ${second}`;
  return `${kind === "v" ? "vertex" : "middle after vertex"} ${Number(third) + 1}${ring}`;
}

/** The handle after or before another, in order, around the end. */
export function nextHandle(handles: readonly Handle[], id: string | null, by: 1 | -1): Handle | null {
  if (!handles.length) return null;
  const at = handles.findIndex((handle) => handle.id === id);
  const next = at < 0 ? (by > 0 ? 0 : handles.length - 1) : (at + by + handles.length) % handles.length;
  return handles[clamp(next, 0, handles.length - 1)] ?? null;
}
