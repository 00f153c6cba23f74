import { describe, expect, it } from "vitest";
import { emptyRaster, isSet, paste, pixelCount, rasterOf, rasterOfParts, rleOf, stroke, widened } from "./raster";
import { rleExtent, runsOf, textOf } from "./rle";

const size = { width: 9, height: 7 };
// What pycocotools writes for 7 x 9 pixels: rows 1-3, columns 2-5, without (2, 3), and rows 5-6 of column 8.
const PEER = { size: [7, 9] as const, counts: "?34NM03200b0O" };

/** Numbers that look random and are always the same (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("run lengths", () => {
  it("are read and written as pycocotools does", () => {
    const pixels = rasterOf(PEER);
    expect(pixelCount(pixels)).toBe(3 * 4 - 1 + 2);
    expect(isSet(pixels, 3.5, 2.5)).toBe(false);
    expect(isSet(pixels, 8.5, 6.5)).toBe(true);
    expect(rleExtent(PEER)).toEqual([2, 1, 9, 7]);
    expect(rleOf(pixels, size)).toEqual({ size: [7, 9], counts: PEER.counts });
  });
  it("come back from their text, whatever they are", () => {
    const next = random(1);
    for (let round = 0; round < 50; round++) {
      const runs = Array.from({ length: 1 + Math.floor(next() * 30) }, () => Math.floor(next() ** 4 * 5_000_000));
      expect(runsOf(textOf(runs))).toEqual(runs);
    }
  });
  it("come back from pixels, whatever they are", () => {
    const next = random(2);
    for (let round = 0; round < 30; round++) {
      const raster = { ...emptyRaster(), x: 2, y: 1, width: 5, height: 4, data: new Uint8Array(20) };
      raster.data.forEach((_, i) => (raster.data[i] = next() < 0.5 ? 1 : 0));
      const rle = rleOf(raster, size);
      if (!rle) continue;
      const back = rasterOf(rle);
      expect(pixelCount(back)).toBe(pixelCount(raster));
      for (let y = 0; y < 7; y++) {
        for (let x = 0; x < 9; x++) expect(isSet(back, x + 0.5, y + 0.5)).toBe(isSet(raster, x + 0.5, y + 0.5));
      }
    }
  });
  it("of nothing are none", () => {
    expect(rleOf(emptyRaster(), size)).toBeNull();
  });
});

describe("rasterOfParts", () => {
  it("sets the pixels whose centre lies inside, and none of a hole", () => {
    const outer = [1, 1, 8, 1, 8, 6, 1, 6];
    const hole = [3, 2, 5, 2, 5, 4, 3, 4];
    const raster = rasterOfParts([[outer, hole]], size);
    expect(pixelCount(raster)).toBe(7 * 5 - 4);
    expect(isSet(raster, 3.5, 2.5)).toBe(false);
    expect(isSet(raster, 2.5, 2.5)).toBe(true);
  });
  it("leaves out what lies outside the picture", () => {
    expect(pixelCount(rasterOfParts([[[-5, -5, 3, -5, 3, 3, -5, 3]]], size))).toBe(9);
    expect(pixelCount(rasterOfParts([[[20, 20, 30, 20, 30, 30]]], size))).toBe(0);
  });
});

describe("stroke", () => {
  it("sets a disc, and a line as wide as it", () => {
    const big = { width: 100, height: 100 };
    const raster = widened(emptyRaster(), [0, 0, 100, 100], big);
    stroke(raster, [50, 50, 50, 50], 10, 1);
    expect(Math.abs(pixelCount(raster) - Math.PI * 100)).toBeLessThan(10);
    stroke(raster, [50, 50, 80, 50], 10, 1);
    expect(Math.abs(pixelCount(raster) - (Math.PI * 100 + 600))).toBeLessThan(15);
    stroke(raster, [0, 50, 100, 50], 20, 0);
    expect(pixelCount(raster)).toBe(0);
  });
  it("never leaves a brush of one pixel without a pixel", () => {
    const raster = widened(emptyRaster(), [0, 0, 9, 7], size);
    stroke(raster, [4.5, 3.5, 4.5, 3.5], 0.5, 1);
    expect(pixelCount(raster)).toBe(1);
  });
});

describe("widened", () => {
  it("keeps the pixels and stays in the picture", () => {
    const small = rasterOfParts([[[1, 1, 3, 1, 3, 3, 1, 3]]], size);
    const large = widened(small, [-10, -10, 50, 50], size);
    expect([large.x, large.y, large.width, large.height]).toEqual([0, 0, 9, 7]);
    expect(pixelCount(large)).toBe(4);
    expect(widened(large, [2, 2, 4, 4], size)).toBe(large);
    paste(large, small, 0);
    expect(pixelCount(large)).toBe(0);
  });
});
