/** The view: fit, zoom to the pointer or to something, what of the picture is seen. */
import { fit, pan, screenPoint, toImage, zoomAt, type Camera, type ScreenPoint, type Size } from "@/grid/camera";
import type { Box } from "./types";

export { fit, hold, pan, toImage, toScreen, zoomAt } from "@/grid/camera";

/** CSS pixels per pixel of the picture, at least. */
export const LOWEST = 0.005;
export const MARGIN_PX = 24;
const STEP = 1.25;

/** How much one turn of the wheel zooms; a trackpad's small steps zoom little. */
export const wheelFactor = (deltaY: number) => Math.exp(-Math.max(-240, Math.min(240, deltaY)) * 0.0015);

/** Zooms by whole steps about a place of the stage. */
export const zoomBySteps = (camera: Camera, at: ScreenPoint, steps: number): Camera =>
  zoomAt(camera, at, STEP ** steps, LOWEST);

/** What of the picture is on the stage, in its pixels; may reach beyond it. */
export function seen(camera: Camera, stage: Size): Box {
  const a = toImage(camera, screenPoint(0, 0));
  const b = toImage(camera, screenPoint(stage.width, stage.height));
  return [a.x, a.y, b.x, b.y];
}

/** The camera that shows a part of the picture as large as it goes, with room about it. */
export function fitBox(stage: Size, box: Box, margin = 64): Camera {
  const size = { width: Math.max(1, box[2] - box[0]), height: Math.max(1, box[3] - box[1]) };
  const camera = fit(stage, size, margin);
  return {
    ...camera,
    origin: screenPoint(camera.origin.x - box[0] * camera.zoom, camera.origin.y - box[1] * camera.zoom),
  };
}

/** Moves as little as is needed to bring a place into view. */
export function reveal(camera: Camera, stage: Size, at: ScreenPoint, margin = 40): Camera {
  const off = (value: number, size: number) => Math.min(0, size - margin - value) + Math.max(0, margin - value);
  return pan(camera, off(at.x, stage.width), off(at.y, stage.height));
}
