/** Masks as small pictures in their class's colour, made once and kept while there is room. */
import { clamp, EMPTY, union } from "../geometry";
import { rasterOf, type Raster } from "../raster";
import type { LivePixels } from "../tools/tool";
import type { Box, Camera, Rle } from "../types";

/** Pixels of one bitmap at most; larger masks are shown in coarser steps. */
const LARGEST = 1 << 20;
/** Of all bitmaps together. */
const ROOM = 24 << 20;

export interface Bitmap {
  readonly canvas: OffscreenCanvas;
  readonly x: number;
  readonly y: number;
  /** Pixels of the picture for each of the bitmap. */
  readonly step: number;
}

/** #rrggbb as three numbers. */
export function rgbOf(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/**
 * Colours a window's pixels: its inside faint, its rim full, broken as the class's dash is.
 * `out` is RGBA, (height, width, 4), for the part of the raster that begins at x, y, every `step` pixels.
 */
export function colourRaster(
  raster: Raster,
  part: { x: number; y: number; width: number; height: number; step: number },
  look: { colour: string; fill: number; dashed: boolean },
  out: Uint8ClampedArray,
): void {
  const [red, green, blue] = rgbOf(look.colour);
  const faint = Math.round(255 * Math.max(0.25, look.fill * 1.8));
  const { data, width, height } = raster;
  const set = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  const s = part.step;
  const phase = part.x / s + part.y / s;
  for (let row = 0, at = 0; row < part.height; row++) {
    const y = part.y + row * s;
    for (let column = 0; column < part.width; column++, at += 4) {
      const x = part.x + column * s;
      if (!set(x, y)) {
        out[at + 3] = 0;
        continue;
      }
      const rim = !(set(x - s, y) && set(x + s, y) && set(x, y - s) && set(x, y + s));
      const drawn = rim && !(look.dashed && ((column + row + phase) & 7) > 4);
      out[at] = red;
      out[at + 1] = green;
      out[at + 2] = blue;
      out[at + 3] = drawn ? 255 : faint;
    }
  }
}

export class MaskBitmaps {
  private readonly kept = new Map<Rle, { look: string; bitmap: Bitmap; pixels: number }>();
  private used = 0;

  /** The bitmap of a mask; null when it has no pixel. */
  of(rle: Rle, look: { colour: string; fill: number; dashed: boolean }): Bitmap | null {
    const name = `${look.colour} ${look.fill} ${look.dashed}`;
    const before = this.kept.get(rle);
    if (before) {
      this.kept.delete(rle);
      if (before.look === name) {
        this.kept.set(rle, before);
        return before.bitmap;
      }
      this.used -= before.pixels;
    }
    const raster = rasterOf(rle);
    if (!raster.width) return null;
    const bitmap = bitmapOf(raster, look);
    const pixels = bitmap.canvas.width * bitmap.canvas.height;
    this.kept.set(rle, { look: name, bitmap, pixels });
    this.used += pixels;
    this.makeRoom();
    return bitmap;
  }

  private makeRoom(): void {
    for (const [rle, { pixels }] of this.kept) {
      if (this.used <= ROOM || this.kept.size === 1) return;
      this.kept.delete(rle);
      this.used -= pixels;
    }
  }
}

function bitmapOf(raster: Raster, look: { colour: string; fill: number; dashed: boolean }): Bitmap {
  const step = Math.max(1, Math.ceil(Math.sqrt((raster.width * raster.height) / LARGEST)));
  const [width, height] = [Math.ceil(raster.width / step), Math.ceil(raster.height / step)];
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  colourRaster(raster, { x: 0, y: 0, width, height, step }, look, image.data);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return { canvas, x: raster.x, y: raster.y, step };
}

/** The mask under the brush: only what was written since the last frame is coloured again. */
export class LiveMask {
  private raster: Raster | null = null;
  private look = "";
  private shown = 0;
  private bitmap: Bitmap | null = null;

  of(pixels: LivePixels, look: { colour: string; fill: number; dashed: boolean }): Bitmap | null {
    const { raster, written } = pixels;
    if (!raster.width) return null;
    const name = `${look.colour} ${look.fill} ${look.dashed}`;
    if (raster !== this.raster || name !== this.look || !this.bitmap) this.bitmap = bitmapOf(raster, look);
    else this.recolour(this.bitmap, raster, written.slice(this.shown), look);
    this.raster = raster;
    this.look = name;
    this.shown = written.length;
    return this.bitmap;
  }

  private recolour(
    bitmap: Bitmap,
    raster: Raster,
    fresh: readonly Box[],
    look: { colour: string; fill: number; dashed: boolean },
  ): void {
    if (!fresh.length) return;
    const { step, canvas } = bitmap;
    const [x1, y1, x2, y2] = fresh.reduce(union, EMPTY);
    const left = clamp(Math.floor((x1 - raster.x) / step) - 1, 0, canvas.width);
    const top = clamp(Math.floor((y1 - raster.y) / step) - 1, 0, canvas.height);
    const width = clamp(Math.ceil((x2 - raster.x) / step) + 1, left, canvas.width) - left;
    const height = clamp(Math.ceil((y2 - raster.y) / step) + 1, top, canvas.height) - top;
    if (width <= 0 || height <= 0) return;
    const image = new ImageData(width, height);
    colourRaster(raster, { x: left * step, y: top * step, width, height, step }, look, image.data);
    canvas.getContext("2d")?.putImageData(image, left, top);
  }
}

type DrawsImages = Pick<CanvasRenderingContext2D, "drawImage" | "imageSmoothingEnabled">;

export function drawBitmap(context: DrawsImages, bitmap: Bitmap, camera: Camera): void {
  const k = camera.zoom * bitmap.step;
  context.imageSmoothingEnabled = k < 1;
  context.drawImage(
    bitmap.canvas,
    camera.origin.x + bitmap.x * camera.zoom,
    camera.origin.y + bitmap.y * camera.zoom,
    bitmap.canvas.width * k,
    bitmap.canvas.height * k,
  );
}
