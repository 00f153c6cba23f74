/** Shapes as paths on the stage, in CSS pixels. What is smaller than the eye sees is left out. */
import { obbCorners } from "../geometry";
import type { Camera, Shape, Skeleton } from "../types";

/** What a path takes; a context or a Path2D. */
export type Pen = Pick<CanvasRenderingContext2D, "moveTo" | "lineTo" | "closePath" | "rect" | "arc">;
/** Points of a line nearer than this are one, in CSS pixels, unless said otherwise. */
const APART_PX = 0.8;
export const POINT_PX = 4;

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

/** Draws a shape's outline; a mask has none here. */
export function trace(pen: Pen, shape: Shape, camera: Camera, skeleton?: Skeleton | null, apart = APART_PX): void {
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
      return;
    case "point":
      traceDot(pen, shape.geometry[0], shape.geometry[1], camera, POINT_PX);
      return;
    case "keypoints":
      traceSkeleton(pen, shape.geometry, camera, skeleton);
      return;
    case "mask":
      return;
  }
}

export function traceDot(pen: Pen, x: number, y: number, camera: Camera, radius: number): void {
  const [cx, cy] = [camera.origin.x + x * camera.zoom, camera.origin.y + y * camera.zoom];
  pen.moveTo(cx + radius, cy);
  pen.arc(cx, cy, radius, 0, 2 * Math.PI);
}

function traceSkeleton(
  pen: Pen,
  points: readonly (readonly [number, number, number])[],
  camera: Camera,
  skeleton?: Skeleton | null,
): void {
  for (const [from, to] of skeleton?.edges ?? []) {
    const [a, b] = [points[from], points[to]];
    if (a?.[2] && b?.[2]) traceLine(pen, [a[0], a[1], b[0], b[1]], camera, false);
  }
  for (const [x, y, seen] of points) if (seen) traceDot(pen, x, y, camera, seen === 2 ? POINT_PX : POINT_PX - 1.5);
}
