/** Masks as polygons: the border of the pixels, with as few corners as a wanted overlap allows. */
import { simplify } from "@/plot/polygon";
import { isInRing, ringArea } from "./geometry";
import { pixelCount, rasterOfParts, type Raster } from "./raster";
import type { Part, Ring, Size } from "./types";

/** Overlap (intersection over union) of a polygon with the mask that it stands for, at least. */
export const MIN_IOU = 0.98;
const ROUNDS = 9;
/** Pixels off the border, at most; more than that is no outline of anything. */
const LOOSEST = 24;

/** The mask's borders along the pixels' sides: areas clockwise as seen, holes the other way round. */
export function bordersOf(raster: Raster): Part[] {
  const rings = chained(raster);
  const outer = rings.filter((ring) => ringArea(ring) > 0).map((ring): Ring[] => [ring]);
  for (const hole of rings.filter((ring) => ringArea(ring) < 0)) {
    const [x, y] = insideOf(hole);
    const about = outer
      .filter(([ring]) => ring && isInRing(ring, x, y))
      .sort(([a], [b]) => ringArea(a ?? []) - ringArea(b ?? []))[0];
    about?.push(hole);
  }
  return outer;
}

/** A place in a hole, next to its first side: a hole runs with its inside on the left. */
function insideOf(ring: Ring): readonly [number, number] {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = ring;
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  return [x0 + dx / 2 + dy / 2, y0 + dy / 2 - dx / 2];
}

/** Each side of a set pixel that has none beside it, as one step with the pixel to its right, joined end to end. */
function chained(raster: Raster): Ring[] {
  const steps = stepsOf(raster);
  const wide = raster.width + 1;
  const rings: Ring[] = [];
  for (const [start, ways] of steps) {
    while (ways.length) rings.push(walk(steps, start, wide, raster));
  }
  return rings;
}

/** right, down, left, up */
const WAYS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** For each corner the directions in which a border leaves it. */
function stepsOf({ width, height, data }: Raster): Map<number, number[]> {
  const steps = new Map<number, number[]>();
  const add = (x: number, y: number, way: number) => {
    const key = y * (width + 1) + x;
    const ways = steps.get(key);
    if (ways) ways.push(way);
    else steps.set(key, [way]);
  };
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      if (!data[cell]) continue;
      if (y === 0 || !data[cell - width]) add(x, y, 0);
      if (x === width - 1 || !data[cell + 1]) add(x + 1, y, 1);
      if (y === height - 1 || !data[cell + width]) add(x + 1, y + 1, 2);
      if (x === 0 || !data[cell - 1]) add(x, y + 1, 3);
    }
  }
  return steps;
}

function walk(steps: Map<number, number[]>, start: number, wide: number, raster: Raster): number[] {
  const ring: number[] = [];
  let [at, last] = [start, -1];
  do {
    const ways = steps.get(at) ?? [];
    // Where two pixels meet at a corner only, the border turns right and keeps them apart.
    const right = ways.indexOf((last + 1) % 4);
    const [way = 0] = ways.splice(last >= 0 && right >= 0 ? right : 0, 1);
    const [x, y] = [at % wide, Math.floor(at / wide)];
    if (way !== last) ring.push(raster.x + x, raster.y + y);
    const [dx, dy] = WAYS[way] ?? [0, 0];
    at += dy * wide + dx;
    last = way;
  } while (at !== start);
  return ring;
}

/** The polygon of a mask with the fewest corners that keeps the overlap, its tolerance found by bisection. */
export function polygonOf(raster: Raster, size: Size, minIou = MIN_IOU): Part[] {
  const exact = bordersOf(raster);
  let best = exact;
  let [low, high] = [0, LOOSEST];
  for (let round = 0; round < ROUNDS; round++) {
    const tolerance = (low + high) / 2;
    const tried = simplified(exact, tolerance);
    if (overlap(raster, tried, size) >= minIou) [best, low] = [tried, tolerance];
    else high = tolerance;
  }
  return best;
}

function simplified(parts: readonly Part[], tolerance: number): Part[] {
  return parts
    .map((part) => part.map((ring) => simpleRing(ring, tolerance)).filter((ring) => ring.length >= 6))
    .filter((part) => part.length);
}

/** A ring is two lines between corners that are far apart. */
function simpleRing(ring: Ring, tolerance: number): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) pairs.push([ring[i] ?? 0, ring[i + 1] ?? 0]);
  const [first] = pairs;
  if (!first || pairs.length <= 4) return [...ring];
  const far = pairs.reduce((best, p, i) => (away(p, first) > away(pairs[best] ?? first, first) ? i : best), 0);
  const one = simplify(pairs.slice(0, far + 1), tolerance);
  const other = simplify([...pairs.slice(far), first], tolerance);
  return [...one.slice(0, -1), ...other.slice(0, -1)].flat();
}

const away = (a: readonly [number, number], b: readonly [number, number]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function overlap(raster: Raster, parts: readonly Part[], size: Size): number {
  if (!parts.length) return 0;
  const drawn = rasterOfParts(parts, size);
  let both = 0;
  for (let row = 0; row < drawn.height; row++) {
    const y = drawn.y + row - raster.y;
    if (y < 0 || y >= raster.height) continue;
    for (let column = 0; column < drawn.width; column++) {
      const x = drawn.x + column - raster.x;
      if (x < 0 || x >= raster.width) continue;
      if (drawn.data[row * drawn.width + column] && raster.data[y * raster.width + x]) both++;
    }
  }
  return both / (pixelCount(raster) + pixelCount(drawn) - both);
}

/** The separate areas of a mask; pixels that share a side belong together. */
export function componentsOf(raster: Raster): Raster[] {
  const { width, height, data } = raster;
  const seen = new Uint8Array(data.length);
  const found: Raster[] = [];
  for (let start = 0; start < data.length; start++) {
    if (!data[start] || seen[start]) continue;
    const one = { ...raster, data: new Uint8Array(data.length) };
    const waiting = [start];
    seen[start] = 1;
    for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
      one.data[cell] = 1;
      const x = cell % width;
      const near = [x > 0 ? cell - 1 : -1, x < width - 1 ? cell + 1 : -1, cell - width, cell + width];
      for (const next of near) {
        if (next < 0 || next >= width * height || !data[next] || seen[next]) continue;
        seen[next] = 1;
        waiting.push(next);
      }
    }
    found.push(one);
  }
  return found;
}
