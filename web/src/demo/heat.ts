import type { Heat } from "./ask";
import { make } from "./make";

/** From dark violet over red to yellow: three stops, read where a cell lies between them. */
const STOPS = [
  [68, 1, 84],
  [220, 60, 60],
  [253, 231, 37],
] as const;

/** The colour of a cell of 0..255: red, green, blue, and how much it covers. */
export function colourOf(value: number): readonly [number, number, number, number] {
  const at = (value / 255) * (STOPS.length - 1);
  const low = STOPS[Math.min(Math.floor(at), STOPS.length - 2)] ?? STOPS[0];
  const high = STOPS[Math.min(Math.floor(at) + 1, STOPS.length - 1)] ?? STOPS[0];
  const part = at - Math.min(Math.floor(at), STOPS.length - 2);
  const mix = (band: 0 | 1 | 2) => Math.round(low[band] + (high[band] - low[band]) * part);
  return [mix(0), mix(1), mix(2), Math.round(255 * Math.min(1, value / 128))];
}

/** A map to lay over the picture; the browser makes it smooth. */
export function drawHeat({ width, height, cells }: Heat): HTMLCanvasElement {
  const canvas = make("canvas", { class: "heat", "aria-hidden": "true" });
  canvas.width = width;
  canvas.height = height;
  const raw = atob(cells);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at += 1) pixels.set(colourOf(raw.charCodeAt(at)), at * 4);
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
