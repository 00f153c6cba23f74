/** Polygons: press for each corner or draw freely; Enter, a double press or the first corner closes. */
import { areaOf, difference, partsOf, tidied, union } from "../boolean";
import { copied, paste, rasterOf, rasterOfParts, rleOf, widened, windowOf } from "../raster";
import type { EditorObject, Part, Shape } from "../types";
import { drawn, flat, isOn, lineTool, NO_LINE, withNext, type Line } from "./line";
import { draftOf, REACH_PX, say, type Context, type Effect, type Press, type Step } from "./tool";

export type PolygonState = Line;

/** What a closed ring becomes: an object, or a change of the selected one. */
function closed(line: Line, context: Context): Effect[] {
  const parts = tidied([[flat(line.points)]]);
  if (!parts.length || areaOf(parts) <= 0) return [say("A polygon has three points or more, and an area")];
  const { ring } = context.settings;
  const [only] = context.selection;
  if (ring !== "new" && only && context.selection.length === 1 && !only.locked) {
    return changed(only, parts, ring, context);
  }
  if (ring !== "new") return [say("Select the object that the ring shall change")];
  const object = context.make({ kind: "polygon", geometry: parts });
  return [{ do: "commit", label: "Draw a polygon", put: [object], select: [object.uid] }];
}

function changed(object: EditorObject, ring: readonly Part[], how: "hole" | "part", context: Context): Effect[] {
  const shape = object.kind === "mask" ? maskWith(object, ring, how, context) : polygonWith(object, ring, how);
  if (!shape) return [say("Nothing would be left of it")];
  return [{ do: "commit", label: how === "hole" ? "Cut a hole" : "Add a part", put: [{ ...object, ...shape }] }];
}

function polygonWith(object: EditorObject, ring: readonly Part[], how: "hole" | "part"): Shape | null {
  const parts = partsOf(object);
  if (!parts) return null;
  const geometry = how === "hole" ? difference(parts, [ring]) : union([parts, ring]);
  return geometry.length ? { kind: "polygon", geometry } : null;
}

function maskWith(
  object: Extract<EditorObject, { kind: "mask" }>,
  ring: readonly Part[],
  how: "hole" | "part",
  context: Context,
): Shape | null {
  const pixels = rasterOfParts(ring, context.size);
  const old = rasterOf(object.geometry);
  const next = how === "part" ? widened(copied(old), windowOf(pixels), context.size) : copied(old);
  paste(next, pixels, how === "part" ? 1 : 0);
  const geometry = rleOf(next, context.size);
  return geometry && { kind: "mask", geometry };
}

function finish(line: Line, context: Context): Step<Line> {
  return [NO_LINE, closed(line, context)];
}

function pressed(line: Line, press: Press, context: Context): Step<Line> {
  const [first] = line.points;
  if (press.kind === "down" && line.points.length >= 3) {
    if (press.clicks === 2 || isOn(first, press.p, context.zoom, REACH_PX)) return finish(line, context);
  }
  const next = drawn(line, press, context);
  // A free line that comes back to where it began is closed when it is let go.
  const isLoop = press.kind === "up" && line.held && line.points.length >= 6;
  if (isLoop && isOn(first, press.p, context.zoom, 2 * REACH_PX)) return finish(next, context);
  return [next, []];
}

export const polygonTool = lineTool({
  what: "polygon",
  finish,
  pressed,
  draft(line) {
    if (line.points.length < 2) return draftOf({ line: withNext(line), dots: flat(line.points) });
    const ring = withNext(line);
    return draftOf({
      shapes: [{ shape: { kind: "polygon", geometry: [[ring]] }, classId: null }],
      dots: flat(line.points),
    });
  },
});
