import { describe, expect, it } from "vitest";
import { areaOf } from "./boolean";
import { bordersOf, componentsOf, polygonOf } from "./contour";
import { ringBounds } from "./geometry";
import { emptyRaster, isSet, pixelCount, rasterOfParts, stroke, widened, type Raster } from "./raster";

const size = { width: 200, height: 200 };
const raster = (...rows: readonly string[]): Raster => ({
  x: 10,
  y: 20,
  width: rows[0]?.length ?? 0,
  height: rows.length,
  data: Uint8Array.from(rows.join(""), (one) => (one === "#" ? 1 : 0)),
});

describe("bordersOf", () => {
  it("runs along the pixels' sides, holes too", () => {
    const parts = bordersOf(raster("####", "#..#", "####"));
    expect(parts).toHaveLength(1);
    const [outer, hole] = parts[0] ?? [];
    expect(outer).toEqual([10, 20, 14, 20, 14, 23, 10, 23]);
    expect(ringBounds(hole ?? [])).toEqual([11, 21, 13, 22]);
    expect(areaOf(parts)).toBe(10);
  });
  it("keeps pixels apart that touch at a corner only", () => {
    const parts = bordersOf(raster("#.", ".#"));
    expect(parts).toHaveLength(2);
    expect(areaOf(parts)).toBe(2);
  });
  it("puts an island in a hole beside the ring, not into it", () => {
    const parts = bordersOf(raster("#####", "#...#", "#.#.#", "#...#", "#####"));
    expect(parts.map((part) => part.length).sort()).toEqual([1, 2]);
    expect(areaOf(parts)).toBe(17);
  });
  it("gives back the same pixels when it is filled", () => {
    const odd = raster("##..#", ".####", "#.#.#", "##..#");
    const back = rasterOfParts(bordersOf(odd), size);
    expect(pixelCount(back)).toBe(pixelCount(odd));
    for (let y = 20; y < 24; y++) {
      for (let x = 10; x < 15; x++) expect(isSet(back, x + 0.5, y + 0.5)).toBe(isSet(odd, x + 0.5, y + 0.5));
    }
  });
});

describe("polygonOf", () => {
  it("keeps the overlap with few corners, and the hole", () => {
    const disc = widened(emptyRaster(), [0, 0, 200, 200], size);
    stroke(disc, [100, 100, 100, 100], 70, 1);
    stroke(disc, [100, 100, 100, 100], 30, 0);
    const parts = polygonOf(disc, size);
    expect(parts).toHaveLength(1);
    expect(parts[0]).toHaveLength(2);
    expect(parts.flat().reduce((n, ring) => n + ring.length / 2, 0)).toBeLessThan(45);
    const drawn = rasterOfParts(parts, size);
    let both = 0;
    for (let i = 0; i < disc.data.length; i++) {
      if (disc.data[i] && isSet(drawn, (i % 200) + 0.5, Math.floor(i / 200) + 0.5)) both++;
    }
    expect(both / (pixelCount(disc) + pixelCount(drawn) - both)).toBeGreaterThanOrEqual(0.98);
  });
});

describe("componentsOf", () => {
  it("takes apart what shares no side", () => {
    const pieces = componentsOf(raster("##.#", "...#", "#..."));
    expect(pieces.map(pixelCount)).toEqual([2, 2, 1]);
  });
});
