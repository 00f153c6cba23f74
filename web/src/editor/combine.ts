/** Objects joined, taken from each other, taken apart, and made into another kind of shape: plans. */
import { difference, partsOf, tidied, union } from "./boolean";
import { componentsOf, polygonOf } from "./contour";
import { boundsOf } from "./geometry";
import { copied, paste, rasterOf, rasterOfParts, rleOf, widened, windowOf, type Raster } from "./raster";
import { say, type Context, type Effect } from "./tools/tool";
import { turnable } from "./transform";
import type { EditorObject, Kind, Part, Shape, Size } from "./types";

const LARGEST_SPLIT = 1_000;

/** The pixels of a shape with an area; null for points. */
export function pixelsOf(shape: Shape, size: Size): Raster | null {
  if (shape.kind === "mask") return rasterOf(shape.geometry);
  const parts = partsOf(shape);
  return parts && rasterOfParts(parts, size);
}

/** Free objects of the selection that have an area. */
const areasOf = (context: Context) =>
  context.selection.filter((one) => !one.locked && one.kind !== "point" && one.kind !== "keypoints");

/** All selected objects become the first one. */
export function merged(context: Context): Effect[] {
  return combined(context, "Join", (first, rest, size) => {
    const areas = [first, ...rest].map(partsOf);
    if (areas.every((parts) => parts !== null)) return areaShape(union(areas));
    return pixelsWith(first, rest, 1, size);
  });
}

/** The first selected object loses what the others cover; they stay. */
export function subtracted(context: Context): Effect[] {
  return combined(context, "Subtract", (first, rest, size) => {
    const [own, others] = [partsOf(first), rest.map(partsOf)];
    if (own && others.every((parts) => parts !== null)) return areaShape(difference(own, others));
    return pixelsWith(first, rest, 0, size);
  });
}

type Combine = (first: Shape, rest: readonly Shape[], size: Size) => Shape | null;

function combined(context: Context, label: "Join" | "Subtract", combine: Combine): Effect[] {
  const [first, ...rest] = areasOf(context);
  if (!first || !rest.length) return [say("Select two objects that have an area")];
  const shape = combine(first, rest, context.size);
  if (!shape) return [say("Nothing would be left of the first one")];
  const gone = label === "Join" ? rest.map((one) => one.uid) : [];
  return [{ do: "commit", label, put: [{ ...first, ...shape }], delete: gone, select: [first.uid] }];
}

const areaShape = (geometry: Part[]): Shape | null => (geometry.length ? { kind: "polygon", geometry } : null);

function pixelsWith(first: Shape, rest: readonly Shape[], value: 0 | 1, size: Size): Shape | null {
  let all = copied(pixelsOf(first, size) ?? rasterOfParts([], size));
  for (const shape of rest) {
    const more = pixelsOf(shape, size);
    if (!more) continue;
    if (value) all = widened(all, windowOf(more), size);
    paste(all, more, value);
  }
  const geometry = rleOf(all, size);
  return geometry && { kind: "mask", geometry };
}

/** Each separate part of the selected objects becomes an object. */
export function separated(context: Context): Effect[] {
  const put: EditorObject[] = [];
  for (const object of areasOf(context)) {
    const shapes = piecesOf(object, context.size);
    if (shapes.length < 2 || shapes.length > LARGEST_SPLIT) continue;
    shapes.forEach((shape, i) => {
      put.push({ ...object, uid: i ? context.make(shape).uid : object.uid, ...shape });
    });
  }
  if (!put.length) return [say("What is selected is in one piece")];
  return [{ do: "commit", label: "Take apart", put, select: put.map((one) => one.uid) }];
}

function piecesOf(shape: Shape, size: Size): Shape[] {
  if (shape.kind === "polygon") return shape.geometry.map((part) => ({ kind: "polygon", geometry: [part] }));
  if (shape.kind !== "mask") return [];
  return componentsOf(rasterOf(shape.geometry)).flatMap((one): Shape[] => {
    const geometry = rleOf(one, size);
    return geometry ? [{ kind: "mask", geometry }] : [];
  });
}

const NEXT: Partial<Record<Kind, Kind>> = { box: "obb", obb: "polygon", polygon: "mask", mask: "polygon" };

/** A shape as another kind; null where that makes no sense. */
export function become(shape: Shape, kind: Kind, size: Size): Shape | null {
  switch (kind) {
    case "box":
      return { kind, geometry: boundsOf(shape) };
    case "obb":
      return turnable(boundsOf(shape));
    case "polygon": {
      if (shape.kind === "mask") return areaShape(polygonOf(rasterOf(shape.geometry), size));
      const parts = partsOf(shape);
      return parts && areaShape(tidied(parts));
    }
    case "mask": {
      const pixels = pixelsOf(shape, size);
      const geometry = pixels && rleOf(pixels, size);
      return geometry && { kind, geometry };
    }
    default:
      return null;
  }
}

/** Makes the selected objects into another kind of shape; unless it is named, the next more exact one. */
export function converted(context: Context, kind?: Kind): Effect[] {
  const put = areasOf(context).flatMap((object) => {
    const wish = kind ?? NEXT[object.kind];
    const shape = wish && wish !== object.kind ? become(object, wish, context.size) : null;
    return shape ? [{ ...object, ...shape }] : [];
  });
  return put.length
    ? [{ do: "commit", label: "Change the kind of shape", put }]
    : [say("Nothing here can be changed so")];
}
