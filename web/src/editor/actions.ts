/** What a key or a menu does to objects that exist: plans, which the editor carries out. */
import { boundsOf, boundsOfAll, imagePoint, middle, turn } from "./geometry";
import { handlesOf, dragged, resized, withoutVertex } from "./handles";
import { held, moved, rotated, scaled, turnable } from "./transform";
import { say, type Context, type Effect } from "./tools/tool";
import type { Box, EditorObject, ImagePoint, ObbShape, Shape } from "./types";

/** A far step in CSS pixels, at least ten pixels of the picture. */
const FAR_PX = 24;

export const stepOf = (far: boolean, zoom: number) => (far ? Math.max(10, Math.round(FAR_PX / zoom)) : 1);

const free = (objects: readonly EditorObject[]) => objects.filter((object) => !object.locked);
const uidsOf = (objects: readonly EditorObject[]) => objects.map((object) => object.uid);

/** A change of each free object of the selection; says so when there is none. */
function change(
  context: Context,
  label: string,
  make: (object: EditorObject, all: readonly EditorObject[]) => Shape | null,
): Effect[] {
  const objects = free(context.selection);
  if (!objects.length) return [say(context.selection.length ? "What is selected is locked" : "Nothing is selected")];
  const put = objects.flatMap((object) => {
    const shape = make(object, objects);
    return shape ? [{ ...object, ...shape }] : [];
  });
  return put.length ? [{ do: "commit", label, put }] : [];
}

export interface Way {
  readonly dx: number;
  readonly dy: number;
  readonly far: boolean;
}

/** Moves what is selected, or only its chosen handle. */
export function nudged(context: Context, way: Way, handle: string | null): Effect[] {
  const step = stepOf(way.far, context.zoom);
  const [dx, dy] = [way.dx * step, way.dy * step];
  if (handle) return nudgedHandle(context, handle, dx, dy, way);
  return change(context, "Move", (object, all) => {
    const [x, y] = held(boundsOfAll(all), dx, dy, context.size);
    return x || y ? moved(object, x, y) : null;
  });
}

function nudgedHandle(context: Context, id: string, dx: number, dy: number, way: Way): Effect[] {
  if (id === "turn") return rotatedBy(context, (way.dx + way.dy) * (way.far ? 15 : 1));
  const place = handlesOf(context.selection, context.zoom).find((handle) => handle.id === id);
  if (!place) return [];
  const p = imagePoint(
    Math.max(0, Math.min(context.size.width, place.x + dx)),
    Math.max(0, Math.min(context.size.height, place.y + dy)),
  );
  const keys = { shift: false, alt: false };
  const objects = free(context.selection);
  if (objects.length === 1) return change(context, "Move a vertex", (object) => dragged(object, id, p, keys));
  const from = boundsOfAll(objects);
  return change(context, "Resize", (object) => scaled(object, from, resized(from, id, p, keys)));
}

/** Moves the right or lower side; by keys alone a box can so be made larger or smaller. */
export function grown(context: Context, way: Way): Effect[] {
  const step = stepOf(way.far, context.zoom);
  const objects = free(context.selection);
  const from = boundsOfAll(objects);
  const into: Box = [from[0], from[1], from[2] + way.dx * step, from[3] + way.dy * step];
  if (objects.length && !(into[2] > into[0] && into[3] > into[1])) return [say("It cannot be smaller")];
  return change(context, "Resize", (object) => {
    if (object.kind === "obb") return grownObb(object, way.dx * step, way.dy * step);
    return object.kind === "point" ? null : scaled(object, from, into);
  });
}

function grownObb(object: ObbShape, dx: number, dy: number): Shape | null {
  const [cx, cy, w, h, degrees] = object.geometry;
  return w + dx > 0 && h + dy > 0 ? { kind: "obb", geometry: [cx, cy, w + dx, h + dy, degrees] } : null;
}

/** Turns each object about its own middle; an upright box becomes an oriented one. */
export function rotatedBy(context: Context, degrees: number): Effect[] {
  return change(context, "Turn", (object) => {
    const shape = object.kind === "box" ? turnable(object.geometry) : object;
    if (shape.kind === "obb") {
      const [cx, cy, w, h, angle] = shape.geometry;
      return { kind: "obb", geometry: [cx, cy, w, h, turn(angle + degrees)] };
    }
    const centre = middle(boundsOf(shape));
    return shape.kind === "point" ? null : rotated(shape, centre.x, centre.y, degrees);
  });
}

/** Deletes the chosen vertex, or what is selected. */
export function deleted(context: Context, handle: string | null): Effect[] {
  const objects = free(context.selection);
  const [only] = objects;
  if (only?.kind === "polygon" && objects.length === 1 && handle?.startsWith("v:")) {
    const shape = withoutVertex(only, handle);
    return shape ? [{ do: "commit", label: "Remove a vertex", put: [{ ...only, ...shape }] }] : [];
  }
  if (!objects.length) return [say(context.selection.length ? "What is selected is locked" : "Nothing is selected")];
  const label = objects.length === 1 ? "Delete an object" : `Delete ${objects.length} objects`;
  return [{ do: "commit", label, put: [], delete: uidsOf(objects), select: [] }];
}

/** Copies laid a little beside the others, or at their own place where `aside` is 0. */
export function copies(objects: readonly EditorObject[], context: Context, label: string, aside: number): Effect[] {
  if (!objects.length) return [say("Nothing to paste")];
  const [dx, dy] = held(boundsOfAll(objects), aside, aside, context.size);
  const put = objects.map((object): EditorObject => {
    const { uid, source, score } = context.make(object);
    const shape = dx || dy ? moved(object, dx, dy) : object;
    return { ...object, ...shape, uid, source, score, locked: false, hidden: false };
  });
  return [{ do: "commit", label, put, select: uidsOf(put) }];
}

/** Locks or hides the whole selection; where all are so already, it is taken back. */
export function flagged(context: Context, flag: "locked" | "hidden"): Effect[] {
  const objects = context.selection;
  if (!objects.length) return [say("Nothing is selected")];
  const value = !objects.every((object) => object[flag]);
  const verb = flag === "locked" ? (value ? "Lock" : "Unlock") : value ? "Hide" : "Show";
  const put = objects.map((object) => ({ ...object, [flag]: value }));
  return [{ do: "commit", label: verb, put, select: flag === "hidden" && value ? [] : uidsOf(objects) }];
}

export function allShown(objects: readonly EditorObject[]): Effect[] {
  const put = objects.filter((object) => object.hidden).map((object) => ({ ...object, hidden: false }));
  return put.length ? [{ do: "commit", label: "Show all", put }] : [say("Nothing is hidden")];
}

export type Layering = "front" | "forward" | "backward" | "bottom";

/** Changes z so that the selection lies one step or wholly to the front or back; only what must change is put. */
export function layered(all: readonly EditorObject[], context: Context, how: Layering): Effect[] {
  const chosen = new Set(uidsOf(free(context.selection)));
  if (!chosen.size) return [say("Nothing is selected")];
  return commitRanks(
    all,
    reordered(all, (object) => chosen.has(object.uid), how),
  );
}

function reordered(all: readonly EditorObject[], chosen: (object: EditorObject) => boolean, how: Layering) {
  const rest = all.filter((object) => !chosen(object));
  const ours = all.filter(chosen);
  if (how === "front") return [...rest, ...ours];
  if (how === "bottom") return [...ours, ...rest];
  const list = [...all];
  const order = how === "forward" ? [...list.keys()].reverse() : [...list.keys()];
  const by = how === "forward" ? 1 : -1;
  for (const at of order) {
    const [one, other] = [list[at], list[at + by]];
    if (one && other && chosen(one) && !chosen(other)) [list[at], list[at + by]] = [other, one];
  }
  return list;
}

/** Gives new z values so that the objects lie in this order: raises some or lowers some, whichever are fewer. */
function commitRanks(all: readonly EditorObject[], rank: readonly EditorObject[]): Effect[] {
  const was = new Map(all.map((object, i) => [object.uid, i]));
  const [up, down] = [ranked(rank, was, 1), ranked([...rank].reverse(), was, -1)];
  const put = down.length < up.length ? down : up;
  return put.length ? [{ do: "commit", label: "Change the order", put }] : [];
}

function ranked(rank: readonly EditorObject[], was: ReadonlyMap<string, number>, by: 1 | -1): EditorObject[] {
  const put: EditorObject[] = [];
  let [edge, last] = [-Infinity, -Infinity];
  for (const object of rank) {
    const place = by * (was.get(object.uid) ?? 0);
    // Equal z keep the order in which they came; whoever came earlier needs a higher z to lie above.
    const least = place > last ? edge : edge + 1;
    if (by * object.z < least) put.push({ ...object, z: by * least });
    edge = Math.max(by * object.z, least);
    last = place;
  }
  return put;
}

/** The object after or before the selected one, in the order of reading: from top to bottom, left to right. */
export function neighbour(all: readonly EditorObject[], now: string | undefined, by: 1 | -1): EditorObject | null {
  const order = all.filter((object) => !object.hidden).sort((a, b) => compare(boundsOf(a), boundsOf(b)));
  if (!order.length) return null;
  const at = order.findIndex((object) => object.uid === now);
  const next = at < 0 ? (by > 0 ? 0 : order.length - 1) : (at + by + order.length) % order.length;
  return order[next] ?? null;
}

const compare = (a: Box, b: Box) => a[1] - b[1] || a[0] - b[0];

/** A shape in words, for the list that mirrors the canvas. */
export function wordsOf(shape: Shape): string {
  const [x1, y1, x2, y2] = boundsOf(shape).map((value) => Math.round(value)) as [number, number, number, number];
  const where = `${x2 - x1} × ${y2 - y1} at ${x1}, ${y1}`;
  switch (shape.kind) {
    case "box":
      return `box, ${where}`;
    case "obb":
      return `oriented box, ${Math.round(shape.geometry[2])} × ${Math.round(shape.geometry[3])} at ${x1}, ${y1}, ${Math.round(shape.geometry[4])}°`;
    case "polygon":
      return `polygon of ${shape.geometry.flat().reduce((n, ring) => n + ring.length / 2, 0)} points, ${where}`;
    case "mask":
      return `mask, ${where}`;
    case "keypoints":
      return `${shape.geometry.filter(([, , seen]) => seen).length} keypoints, ${where}`;
    case "point":
      return `point at ${x1}, ${y1}`;
  }
}

export const placeWords = (p: ImagePoint) => `${Math.round(p.x)}, ${Math.round(p.y)}`;
