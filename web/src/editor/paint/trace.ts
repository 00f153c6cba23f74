/** Shapes as paths on the stage, in CSS pixels. What is smaller than the eye sees is left out. */
import { obbCorners } from "../geometry";
import type { BoxShape, Camera, ObbShape, PolygonShape } from "../types";

/** What a path takes; a context or a Path2D. */
export type Pen = Pick<CanvasRenderingContext2D, "moveTo" | "lineTo" | "closePath" | "rect" | "arc">;
/** Points of a line nearer than this are one, in CSS pixels, unless said otherwise. */
const APART_PX = 0.8;
export const POINT_PX = 4;

/** Shapes with a line about them: neither points nor pixels. */
export type Outlined = BoxShape | ObbShape | PolygonShape;

/** Draws a ring or an open line, without points that lie on each other at this zoom. */
export function traceLine(pen: Pen, line: readonly number[], camera: Camera, closed: boolean, apart = APART_PX): void {
  const { zoom, origin } = camera;
  let [lastX, lastY] = [NaN, NaN];
  const n = line.length;
  for (let i = 0; i + 1 < n; i += 2) {
    const x = origin.x + (line[i] ?? 0) * zoom;
    const y = origin.y + (line[i + 1] ?? 0) * zoom;
    if (i === 0) pen.moveTo(x, y);
    else if (Math.abs(x - lastX) + Math.abs(y - lastY) < apart && i + 2 < n) continue;
    else pen.lineTo(x, y);
    lastX = x;
    lastY = y;
  }
  if (closed && n) pen.closePath();
}

/** Draws the outline of a shape that has one. */
export function trace(pen: Pen, shape: Outlined, camera: Camera, apart = APART_PX): void {
  switch (shape.kind) {
    case "box": {
      const [x1, y1, x2, y2] = shape.geometry;
      const { zoom, origin } = camera;
      pen.rect(origin.x + x1 * zoom, origin.y + y1 * zoom, (x2 - x1) * zoom, (y2 - y1) * zoom);
      return;
    }
    case "obb":
      traceLine(pen, obbCorners(shape.geometry), camera, true);
      return;
    case "polygon":
      for (const part of shape.geometry) for (const ring of part) traceLine(pen, ring, camera, true, apart);
  }
}

export function traceDot(pen: Pen, x: number, y: number, camera: Camera, radius: number): void {
  const [cx, cy] = [camera.origin.x + x * camera.zoom, camera.origin.y + y * camera.zoom];
  pen.moveTo(cx + radius, cy);
  pen.arc(cx, cy, radius, 0, 2 * Math.PI);
}
