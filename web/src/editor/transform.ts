/** Shapes moved, scaled and turned. Masks go by whole pixels, everything else stays exact. */
import { boundsOf, clamp, turn } from "./geometry";
import { isSet, blank, rasterOf, rleOf, type Raster } from "./raster";
import type { Box, MaskShape, Shape, Size } from "./types";

type Map2 = (x: number, y: number) => readonly [number, number];

/** Every point of a polygon, of keypoints or of a point, taken elsewhere. */
function mapped<S extends Extract<Shape, { kind: "polygon" | "keypoints" | "point" }>>(shape: S, map: Map2): S {
  switch (shape.kind) {
    case "polygon":
      return { ...shape, geometry: shape.geometry.map((part) => part.map((ring) => mapRing(ring, map))) };
    case "keypoints":
      return {
        ...shape,
        geometry: shape.geometry.map(([x, y, seen]) => (seen ? [...map(x, y), seen] : [0, 0, 0])),
      };
    default:
      return { ...shape, geometry: map(...shape.geometry) };
  }
}

function mapRing(ring: readonly number[], map: Map2): number[] {
  const out: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) out.push(...map(ring[i] ?? 0, ring[i + 1] ?? 0));
  return out;
}

export function moved(shape: Shape, dx: number, dy: number): Shape {
  switch (shape.kind) {
    case "box": {
      const [x1, y1, x2, y2] = shape.geometry;
      return { ...shape, geometry: [x1 + dx, y1 + dy, x2 + dx, y2 + dy] };
    }
    case "obb": {
      const [cx, cy, w, h, degrees] = shape.geometry;
      return { ...shape, geometry: [cx + dx, cy + dy, w, h, degrees] };
    }
    case "mask": {
      const pixels = rasterOf(shape.geometry);
      return masked(shape, { ...pixels, x: pixels.x + Math.round(dx), y: pixels.y + Math.round(dy) });
    }
    default:
      return mapped(shape, (x, y) => [x + dx, y + dy]);
  }
}

/** The mask with other pixels; the one that it was where none would be left. */
function masked(shape: MaskShape, raster: Raster): MaskShape {
  const [height, width] = shape.geometry.size;
  const geometry = rleOf(raster, { width, height });
  return geometry ? { ...shape, geometry } : shape;
}

/** Fits what filled one box into another. */
export function scaled(shape: Shape, from: Box, to: Box): Shape {
  const [fw, fh] = [from[2] - from[0], from[3] - from[1]];
  const kx = fw ? (to[2] - to[0]) / fw : 1;
  const ky = fh ? (to[3] - to[1]) / fh : 1;
  const map: Map2 = (x, y) => [to[0] + (x - from[0]) * kx, to[1] + (y - from[1]) * ky];
  switch (shape.kind) {
    case "box": {
      const [x1, y1, x2, y2] = shape.geometry;
      return { ...shape, geometry: [...map(x1, y1), ...map(x2, y2)] as unknown as Box };
    }
    case "obb": {
      const [cx, cy, w, h, degrees] = shape.geometry;
      const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      const [x, y] = map(cx, cy);
      // Each side grows as a line in its own direction does; a sheared rectangle is none.
      return {
        ...shape,
        geometry: [x, y, w * Math.hypot(kx * cos, ky * sin), h * Math.hypot(kx * sin, ky * cos), degrees],
      };
    }
    case "mask":
      return resampled(shape, to[0] < to[2] ? map : null, from, to);
    default:
      return mapped(shape, map);
  }
}

function resampled(shape: MaskShape, map: Map2 | null, from: Box, to: Box): MaskShape {
  if (!map) return shape;
  const pixels = rasterOf(shape.geometry);
  const [x1, y1] = map(pixels.x, pixels.y);
  const [x2, y2] = map(pixels.x + pixels.width, pixels.y + pixels.height);
  const back: Map2 = (x, y) => [
    from[0] + ((x - to[0]) / (to[2] - to[0])) * (from[2] - from[0]),
    from[1] + ((y - to[1]) / (to[3] - to[1])) * (from[3] - from[1]),
  ];
  return drawn(shape, [x1, y1, x2, y2], back);
}

/** The mask whose pixels within a box are what lies where each of them came from. */
function drawn(shape: MaskShape, box: Box, back: Map2): MaskShape {
  const pixels = rasterOf(shape.geometry);
  const [height, width] = shape.geometry.size;
  const out = blank([
    clamp(box[0], 0, width),
    clamp(box[1], 0, height),
    clamp(box[2], 0, width),
    clamp(box[3], 0, height),
  ]);
  for (let row = 0, cell = 0; row < out.height; row++) {
    for (let column = 0; column < out.width; column++, cell++) {
      const [x, y] = back(out.x + column + 0.5, out.y + row + 0.5);
      if (isSet(pixels, x, y)) out.data[cell] = 1;
    }
  }
  return masked(shape, out);
}

/** Turned clockwise as seen about a place; an upright box stays upright about its turned centre. */
export function rotated(shape: Shape, cx: number, cy: number, degrees: number): Shape {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const map: Map2 = (x, y) => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos];
  switch (shape.kind) {
    case "box": {
      const [x1, y1, x2, y2] = shape.geometry;
      const [x, y] = map((x1 + x2) / 2, (y1 + y2) / 2);
      return moved(shape, x - (x1 + x2) / 2, y - (y1 + y2) / 2);
    }
    case "obb": {
      const [x, y, w, h, angle] = shape.geometry;
      return { ...shape, geometry: [...map(x, y), w, h, turn(angle + degrees)] };
    }
    case "mask": {
      const [x1, y1, x2, y2] = boundsOf(shape);
      const corners = [map(x1, y1), map(x2, y1), map(x2, y2), map(x1, y2)];
      const xs = corners.map(([x]) => x);
      const ys = corners.map(([, y]) => y);
      const back: Map2 = (x, y) => [cx + (x - cx) * cos + (y - cy) * sin, cy - (x - cx) * sin + (y - cy) * cos];
      return drawn(shape, [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], back);
    }
    default:
      return mapped(shape, map);
  }
}

/** An oriented box with the same corners as an upright one. */
export const turnable = ([x1, y1, x2, y2]: Box): Shape => ({
  kind: "obb",
  geometry: [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0],
});

/** How far a shape can be moved so that it stays in the picture as far as it was in it. */
export function held(bounds: Box, dx: number, dy: number, size: Size): readonly [number, number] {
  return [hold(bounds[0], bounds[2], dx, size.width), hold(bounds[1], bounds[3], dy, size.height)];
}

function hold(low: number, high: number, by: number, size: number): number {
  if (low < 0 || high > size) return by;
  return clamp(by, -low, size - high);
}
