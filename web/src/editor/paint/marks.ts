/** Points and skeletons: edges as lines, points that are seen as discs, hidden ones as rings. */
import type { Camera, EditorClass, KeypointsShape, PointShape } from "../types";
import { POINT_PX, traceDot, traceLine } from "./trace";

export const HALO = "rgb(0 0 0 / 65%)";

type Marks = PointShape | KeypointsShape;

const pointsOf = (shape: Marks): KeypointsShape["geometry"] =>
  shape.kind === "point" ? [[...shape.geometry, 2]] : shape.geometry;

/** `line`: width in CSS pixels. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  shape: Marks,
  camera: Camera,
  look: EditorClass,
  line: number,
): void {
  const points = pointsOf(shape);
  context.setLineDash([]);
  if (shape.kind === "keypoints") paintEdges(context, points, camera, look, line);
  for (const [x, y, seen] of points) {
    if (!seen) continue;
    context.beginPath();
    traceDot(context, x, y, camera, POINT_PX + line - 1);
    context.lineWidth = 1.5;
    context.fillStyle = seen === 2 ? look.colour : HALO;
    context.strokeStyle = seen === 2 ? HALO : look.colour;
    context.fill();
    context.stroke();
  }
}

function paintEdges(
  context: CanvasRenderingContext2D,
  points: KeypointsShape["geometry"],
  camera: Camera,
  look: EditorClass,
  line: number,
): void {
  context.beginPath();
  for (const [from, to] of look.skeleton?.edges ?? []) {
    const [a, b] = [points[from], points[to]];
    if (a?.[2] && b?.[2]) traceLine(context, [a[0], a[1], b[0], b[1]], camera, false);
  }
  for (const [style, width] of [
    [HALO, line + 2],
    [look.colour, line],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
}
