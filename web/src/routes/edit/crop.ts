/** The geometry of an edit, as the server has it (core/edits.py): shares of the upright picture, degrees clockwise. */

export type Box = readonly [x: number, y: number, w: number, h: number];
export type Point = readonly [x: number, y: number];

export interface EditState {
  readonly crop: Box;
  readonly rotate: number;
  readonly flip: boolean;
  readonly zoom: number;
  readonly aspect: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Handle = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w";

export const nothing: EditState = { crop: [0, 0, 1, 1], rotate: 0, flip: false, zoom: 1, aspect: 0 };
/** Share of a side that a crop keeps at least. */
export const LEAST = 0.02;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Quarter turns clockwise, 0 to 3. */
export const quarters = (rotate: number): number => ((Math.floor(rotate / 90 + 0.5) % 4) + 4) % 4;

/** What is left of a rotation, -45 to 45 degrees. */
export const tiltOf = (rotate: number): number => rotate - 90 * Math.floor(rotate / 90 + 0.5);

/** An angle as one above -180 to 180. */
export function turned(degrees: number): number {
  const rest = degrees % 360;
  return rest > 180 ? rest - 360 : rest <= -180 ? rest + 360 : rest;
}

/** The same quarter turns with another tilt. */
export const tilted = (rotate: number, tilt: number): number => turned(rotate - tiltOf(rotate) + tilt);

export interface Cut {
  readonly centre: Point;
  readonly size: Point;
  readonly tilt: number;
}

/** Where a picture of so many pixels is cut; no corner lies outside of it. */
export function cutOf(edit: EditState, { width, height }: Size): Cut {
  const [x, y, cw, ch] = edit.crop;
  const centre: Point = [(x + cw / 2) * width, (y + ch / 2) * height];
  let [w, h] = [(cw * width) / edit.zoom, (ch * height) / edit.zoom];
  if (edit.aspect > 0) {
    const shape = quarters(edit.rotate) % 2 ? 1 / edit.aspect : edit.aspect;
    [w, h] = [Math.min(w, h * shape), Math.min(h, w / shape)];
  }
  const tilt = tiltOf(edit.rotate);
  const [cos, sin] = [Math.abs(Math.cos(radians(tilt))), Math.abs(Math.sin(radians(tilt)))];
  const room = [2 * Math.min(centre[0], width - centre[0]), 2 * Math.min(centre[1], height - centre[1])] as const;
  const fits = Math.min(1, room[0] / (w * cos + h * sin), room[1] / (w * sin + h * cos));
  return { centre, size: [w * fits, h * fits], tilt };
}

/** The corners of a cut, pixels, from what becomes the top left on. */
export function cornersOf({ centre: [cx, cy], size: [w, h], tilt }: Cut): Point[] {
  const [cos, sin] = [Math.cos(radians(tilt)), Math.sin(radians(tilt))];
  const half: Point[] = [
    [-w / 2, -h / 2],
    [w / 2, -h / 2],
    [w / 2, h / 2],
    [-w / 2, h / 2],
  ];
  return half.map(([x, y]) => [cx + x * cos + y * sin, cy - x * sin + y * cos]);
}

/** Pixels of what comes out. */
export function resultOf(edit: EditState, picture: Size): Size {
  const [w, h] = cutOf(edit, picture).size;
  const [width, height] = quarters(edit.rotate) % 2 ? [h, w] : [w, h];
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}

/** A crop moved by shares of the picture, as far as it goes. */
export function moved([x, y, w, h]: Box, dx: number, dy: number): Box {
  return [clamp(x + dx, 0, 1 - w), clamp(y + dy, 0, 1 - h), w, h];
}

/** Width by height, in shares, of a crop whose result has a shape. */
export function shareRatio(edit: Pick<EditState, "aspect" | "rotate">, { width, height }: Size): number {
  if (edit.aspect <= 0) return 0;
  const shape = quarters(edit.rotate) % 2 ? 1 / edit.aspect : edit.aspect;
  return (shape * height) / width;
}

/** A crop pulled at a handle; `ratio` (width by height, in shares) is kept unless it is 0. */
export function pulled(crop: Box, handle: Handle, dx: number, dy: number, ratio = 0): Box {
  let [left, top] = [crop[0], crop[1]];
  let [right, bottom] = [left + crop[2], top + crop[3]];
  if (handle.includes("w")) left = clamp(left + dx, 0, right - LEAST);
  if (handle.includes("e")) right = clamp(right + dx, left + LEAST, 1);
  if (handle.includes("n")) top = clamp(top + dy, 0, bottom - LEAST);
  if (handle.includes("s")) bottom = clamp(bottom + dy, top + LEAST, 1);
  const free: Box = [left, top, right - left, bottom - top];
  return ratio > 0 ? kept(crop, free, handle, ratio) : free;
}

/** The largest box of a ratio that a pull leads to, held at the side or corner that is not pulled. */
function kept(before: Box, free: Box, handle: Handle, ratio: number): Box {
  const sideways = handle === "e" || handle === "w";
  const upright = handle === "n" || handle === "s";
  let w = upright ? free[3] * ratio : sideways ? free[2] : Math.max(free[2], free[3] * ratio);
  const [cx, cy] = [before[0] + before[2] / 2, before[1] + before[3] / 2];
  const roomX = upright ? 2 * Math.min(cx, 1 - cx) : handle.includes("w") ? before[0] + before[2] : 1 - before[0];
  const roomY = sideways ? 2 * Math.min(cy, 1 - cy) : handle.includes("n") ? before[1] + before[3] : 1 - before[1];
  w = clamp(w, LEAST, Math.min(roomX, roomY * ratio));
  const h = w / ratio;
  const x = upright ? cx - w / 2 : handle.includes("w") ? before[0] + before[2] - w : before[0];
  const y = sideways ? cy - h / 2 : handle.includes("n") ? before[1] + before[3] - h : before[1];
  return [x, y, w, h];
}

/** The largest box of a ratio about the middle of another one, within it. */
export function shaped([x, y, w, h]: Box, ratio: number): Box {
  if (ratio <= 0) return [x, y, w, h];
  const width = Math.min(w, h * ratio);
  const height = width / ratio;
  return [x + (w - width) / 2, y + (h - height) / 2, width, height];
}

export const same = (one: EditState, other: EditState): boolean => JSON.stringify(one) === JSON.stringify(other);
