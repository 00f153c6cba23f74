/** A knife: drag a line across objects, or press its points and finish with Enter. */
import { cutParts, partsOf, sideOf } from "../boolean";
import { boundsOf, ringBounds } from "../geometry";
import { copied, paste, rasterOf, rasterOfParts, rleOf } from "../raster";
import type { EditorObject, Shape } from "../types";
import { drawn, flat, isOn, lineTool, NO_LINE, withNext, type Line } from "./line";
import { CLICK_PX, draftOf, say, type Context, type Effect, type Press, type Step } from "./tool";

/** The two shapes that a line makes of one; null when it does not divide it. */
export function cutShape(shape: Shape, line: readonly number[], context: Context): readonly [Shape, Shape] | null {
  if (shape.kind === "mask") return cutMask(shape, line, context);
  const parts = partsOf(shape);
  const halves = parts && cutParts(parts, line);
  if (!halves) return null;
  return [
    { kind: "polygon", geometry: halves[0] },
    { kind: "polygon", geometry: halves[1] },
  ];
}

function cutMask(shape: Extract<Shape, { kind: "mask" }>, line: readonly number[], context: Context) {
  const half = rasterOfParts([sideOf(line, boundsOf(shape))], context.size);
  const old = rasterOf(shape.geometry);
  const other = copied(old);
  paste(other, half, 0);
  const one = copied(old);
  paste(one, other, 0);
  const [a, b] = [rleOf(one, context.size), rleOf(other, context.size)];
  return (
    a &&
    b &&
    ([
      { kind: "mask", geometry: a },
      { kind: "mask", geometry: b },
    ] as const)
  );
}

/** The first half stays the object, the second one becomes a new one with the same traits. */
function cut(line: Line, context: Context): Effect[] {
  const points = flat(line.points);
  if (points.length < 4) return [];
  const chosen = context.selection.length ? context.selection : context.within(ringBounds(points));
  const put: EditorObject[] = [];
  for (const object of chosen) {
    const halves = object.locked ? null : cutShape(object, points, context);
    if (halves) put.push({ ...object, ...halves[0] }, { ...object, uid: context.make(halves[1]).uid, ...halves[1] });
  }
  if (!put.length) return [say("The line divides nothing")];
  return [{ do: "commit", label: "Cut in two", put, select: put.map((object) => object.uid) }];
}

const finish = (line: Line, context: Context): Step<Line> => [NO_LINE, cut(line, context)];

function pressed(line: Line, press: Press, context: Context): Step<Line> {
  if (press.kind === "down") {
    if (press.clicks === 2 && line.points.length >= 2) return finish(line, context);
    return [drawn(line, press, context), []];
  }
  const next = drawn(line, press, context);
  const [first] = line.points;
  const isDrag = press.kind === "up" && line.held && line.pressed === first;
  if (!isDrag || isOn(first, press.p, context.zoom, CLICK_PX)) return [next, []];
  return finish({ ...next, points: next.next ? [...next.points, next.next] : next.points }, context);
}

export const cutTool = lineTool({
  what: "cut",
  finish,
  pressed,
  draft: (line) => draftOf({ line: withNext(line), dots: flat(line.points) }),
});
