/** Points of two frames that must not be mixed: image pixels, and CSS pixels of the stage. */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
  readonly _frame: "image";
}
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
  readonly _frame: "screen";
}
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const imagePoint = (x: number, y: number): ImagePoint => ({ x, y, _frame: "image" });
export const screenPoint = (x: number, y: number): ScreenPoint => ({ x, y, _frame: "screen" });

/** Where the image's top left corner lies on the stage, and CSS pixels per image pixel. */
export interface Camera {
  readonly origin: ScreenPoint;
  readonly zoom: number;
}

export const toScreen = (camera: Camera, p: ImagePoint): ScreenPoint =>
  screenPoint(camera.origin.x + p.x * camera.zoom, camera.origin.y + p.y * camera.zoom);

export const toImage = (camera: Camera, p: ScreenPoint): ImagePoint =>
  imagePoint((p.x - camera.origin.x) / camera.zoom, (p.y - camera.origin.y) / camera.zoom);

/** The whole image in the middle of the stage; tiny ones are enlarged, up to sixteen times. */
export function fit(stage: Size, image: Size, margin = 24): Camera {
  const room = { width: Math.max(1, stage.width - 2 * margin), height: Math.max(1, stage.height - 2 * margin) };
  const zoom = Math.min(room.width / image.width, room.height / image.height, 16);
  return {
    zoom,
    origin: screenPoint((stage.width - image.width * zoom) / 2, (stage.height - image.height * zoom) / 2),
  };
}

/** Zooms so that the point under the pointer stays there. */
export function zoomAt(camera: Camera, at: ScreenPoint, factor: number, lowest: number): Camera {
  const zoom = Math.min(64, Math.max(lowest, camera.zoom * factor));
  const held = toImage(camera, at);
  return { zoom, origin: screenPoint(at.x - held.x * zoom, at.y - held.y * zoom) };
}

export const pan = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  origin: screenPoint(camera.origin.x + dx, camera.origin.y + dy),
});

/** Keeps at least a corner of the image on the stage. */
export function hold(camera: Camera, stage: Size, image: Size): Camera {
  const keep = 48;
  const clamp = (value: number, low: number, high: number) =>
    Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high));
  const { x, y } = camera.origin;
  return {
    ...camera,
    origin: screenPoint(
      clamp(x, keep - image.width * camera.zoom, stage.width - keep),
      clamp(y, keep - image.height * camera.zoom, stage.height - keep),
    ),
  };
}
