/** Pixels of a mask, held for the part of the picture where some are set. */
import { clamp, ringBounds } from "./geometry";
import { eachRun, rleExtent, textOf } from "./rle";
import type { Box, Part, Rle, Size } from "./types";

/** A window of the picture: `data` row by row, 1 where the pixel is set. */
export interface Raster {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export const emptyRaster = (): Raster => ({ x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) });

const decoded = new WeakMap<Rle, Raster>();

/** The pixels of a mask; do not write to them. */
export function rasterOf(rle: Rle): Raster {
  const before = decoded.get(rle);
  if (before) return before;
  const [left, top, right, bottom] = rleExtent(rle);
  const window = right > left ? blank([left, top, right, bottom]) : emptyRaster();
  const [height] = rle.size;
  eachRun(rle, (from, to) => {
    for (let at = from; at < to;) {
      const column = Math.floor(at / height);
      const end = Math.min(to, (column + 1) * height);
      let cell = (at - column * height - window.y) * window.width + column - window.x;
      for (; at < end; at++, cell += window.width) window.data[cell] = 1;
    }
  });
  decoded.set(rle, window);
  return window;
}

/** The pixels as COCO's RLE; null when none is set. */
export function rleOf(raster: Raster, size: Size): Rle | null {
  const runs: number[] = [];
  let set = 0;
  let run = 0;
  const push = (value: number, count: number) => {
    if (!count) return;
    if (value === set) run += count;
    else {
      runs.push(run);
      run = count;
      set = value;
    }
  };
  const left = clamp(raster.x, 0, size.width);
  const right = clamp(raster.x + raster.width, left, size.width);
  const top = clamp(raster.y, 0, size.height);
  const bottom = clamp(raster.y + raster.height, top, size.height);
  push(0, left * size.height);
  for (let x = left; x < right; x++) {
    push(0, top);
    let cell = (top - raster.y) * raster.width + x - raster.x;
    for (let y = top; y < bottom; y++, cell += raster.width) push(raster.data[cell] ?? 0, 1);
    push(0, size.height - bottom);
  }
  push(0, (size.width - right) * size.height);
  runs.push(run);
  return runs.length > 1 ? { size: [size.height, size.width], counts: textOf(runs) } : null;
}

/** A window without set pixels about a box, on whole pixels. */
export function blank(box: Box): Raster {
  const [x, y] = [Math.floor(box[0]), Math.floor(box[1])];
  const [width, height] = [Math.max(0, Math.ceil(box[2]) - x), Math.max(0, Math.ceil(box[3]) - y)];
  return { x, y, width, height, data: new Uint8Array(width * height) };
}

/** The same pixels in a window that holds the box too; the same raster when it does already. */
export function widened(raster: Raster, box: Box, size: Size): Raster {
  const wish: Box = [
    Math.max(0, Math.floor(box[0])),
    Math.max(0, Math.floor(box[1])),
    Math.min(size.width, Math.ceil(box[2])),
    Math.min(size.height, Math.ceil(box[3])),
  ];
  if (wish[2] <= wish[0] || wish[3] <= wish[1]) return raster;
  const has = windowOf(raster);
  if (raster.width && has[0] <= wish[0] && has[1] <= wish[1] && has[2] >= wish[2] && has[3] >= wish[3]) return raster;
  // Room to grow, so that a stroke does not copy all at each step.
  const room = raster.width ? 128 : 0;
  const next = blank([
    Math.max(0, Math.min(has[0], wish[0] - room)),
    Math.max(0, Math.min(has[1], wish[1] - room)),
    Math.min(size.width, Math.max(has[2], wish[2] + room)),
    Math.min(size.height, Math.max(has[3], wish[3] + room)),
  ]);
  paste(next, raster, 1);
  return next;
}

export const windowOf = (raster: Raster): Box =>
  raster.width
    ? [raster.x, raster.y, raster.x + raster.width, raster.y + raster.height]
    : [Infinity, Infinity, -Infinity, -Infinity];

/** Sets (1) or clears (0) in `into` what is set in `from`, as far as it reaches. */
export function paste(into: Raster, from: Raster, value: 0 | 1): void {
  const left = Math.max(into.x, from.x);
  const right = Math.min(into.x + into.width, from.x + from.width);
  const bottom = Math.min(into.y + into.height, from.y + from.height);
  for (let y = Math.max(into.y, from.y); y < bottom; y++) {
    let a = (y - into.y) * into.width + left - into.x;
    let b = (y - from.y) * from.width + left - from.x;
    for (let x = left; x < right; x++, a++, b++) if (from.data[b]) into.data[a] = value;
  }
}

export const copied = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });

/** Sets or clears the pixels whose centre is within a radius of the line from a to b; returns where it wrote. */
export function stroke(
  raster: Raster,
  line: readonly [number, number, number, number],
  radius: number,
  value: 0 | 1,
): Box {
  const [ax, ay, bx, by] = line;
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const reach = Math.max(radius, 0.5);
  const top = Math.max(raster.y, Math.floor(Math.min(ay, by) - reach));
  const bottom = Math.min(raster.y + raster.height, Math.ceil(Math.max(ay, by) + reach));
  const left = Math.max(raster.x, Math.floor(Math.min(ax, bx) - reach));
  const right = Math.min(raster.x + raster.width, Math.ceil(Math.max(ax, bx) + reach));
  for (let y = top; y < bottom; y++) {
    const row = (y - raster.y) * raster.width - raster.x;
    const py = y + 0.5 - ay;
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - ax;
      const t = length ? clamp((px * dx + py * dy) / length, 0, 1) : 0;
      const [ox, oy] = [px - t * dx, py - t * dy];
      if (ox * ox + oy * oy <= reach * reach) raster.data[row + x] = value;
    }
  }
  return [left, top, right, bottom];
}

/** Pixels whose centre lies in the parts, by the even-odd rule within each part. */
export function rasterOfParts(parts: readonly Part[], size: Size): Raster {
  const bounds = ringBounds(parts.flatMap((part) => part[0] ?? []));
  const all = blank([
    clamp(bounds[0], 0, size.width),
    clamp(bounds[1], 0, size.height),
    clamp(bounds[2], 0, size.width),
    clamp(bounds[3], 0, size.height),
  ]);
  for (const part of parts) fillPart(all, part);
  return all;
}

function fillPart(raster: Raster, part: Part): void {
  for (let row = 0; row < raster.height; row++) {
    const y = raster.y + row + 0.5;
    const xs = part.flatMap((ring) => crossings(ring, y)).sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      // A pixel is set where its centre is at or right of the left crossing and left of the right one.
      const from = Math.max(0, Math.ceil((xs[i] ?? 0) - 0.5) - raster.x);
      const to = Math.min(raster.width, Math.ceil((xs[i + 1] ?? 0) - 0.5) - raster.x);
      if (to > from) raster.data.fill(1, row * raster.width + from, row * raster.width + to);
    }
  }
}

function crossings(ring: readonly number[], y: number): number[] {
  const xs: number[] = [];
  const n = ring.length;
  for (let i = 0, j = n - 2; i + 1 < n; j = i, i += 2) {
    const y0 = ring[j + 1] ?? 0;
    const y1 = ring[i + 1] ?? 0;
    if (y0 > y === y1 > y) continue;
    const x0 = ring[j] ?? 0;
    xs.push(x0 + ((y - y0) / (y1 - y0)) * ((ring[i] ?? 0) - x0));
  }
  return xs;
}

/** Whether the pixel under a point is set. */
export function isSet(raster: Raster, x: number, y: number): boolean {
  const [column, row] = [Math.floor(x) - raster.x, Math.floor(y) - raster.y];
  if (column < 0 || row < 0 || column >= raster.width || row >= raster.height) return false;
  return raster.data[row * raster.width + column] === 1;
}

/** How many pixels are set. */
export function pixelCount(raster: Raster): number {
  let count = 0;
  for (const value of raster.data) count += value;
  return count;
}
