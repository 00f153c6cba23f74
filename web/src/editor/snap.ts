/** Places that a corner jumps to: the picture's border, sides of objects near by, the grid. */
import { boundsOf } from "./geometry";
import type { EditorObject, ImagePoint, Settings, Size } from "./types";

/** CSS pixels within which a place is taken. */
export const SNAP_PX = 6;

/** The nearest of some values within reach of a value; the value itself where none is. */
function nearest(value: number, to: Iterable<number>, reach: number): number {
  let [best, least] = [value, reach];
  for (const one of to) {
    const off = Math.abs(one - value);
    if (off <= least) [best, least] = [one, off];
  }
  return best;
}

/** A place moved to what it snaps to, each axis by itself. `near` are objects whose sides count. */
export function snapTo(
  p: ImagePoint,
  size: Size,
  settings: Settings,
  zoom: number,
  near: readonly EditorObject[],
): ImagePoint {
  if (!settings.snap) return p;
  const reach = SNAP_PX / zoom;
  const [xs, ys] = [
    [0, size.width],
    [0, size.height],
  ];
  for (const object of settings.snapObjects ? near : []) {
    if (object.kind === "keypoints" || object.kind === "point") continue;
    const [x1, y1, x2, y2] = boundsOf(object);
    xs.push(x1, x2);
    ys.push(y1, y2);
  }
  if (settings.grid > 0) {
    xs.push(Math.round(p.x / settings.grid) * settings.grid);
    ys.push(Math.round(p.y / settings.grid) * settings.grid);
  }
  return { ...p, x: nearest(p.x, xs, reach), y: nearest(p.y, ys, reach) };
}
