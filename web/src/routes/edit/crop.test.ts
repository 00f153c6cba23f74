import { describe, expect, it } from "vitest";
import {
  cornersOf,
  cutOf,
  LEAST,
  moved,
  nothing,
  pulled,
  quarters,
  resultOf,
  shaped,
  shareRatio,
  tilted,
  tiltOf,
  turned,
  type Box,
  type Handle,
} from "./crop";

const PICTURE = { width: 400, height: 200 };
const HANDLES: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const inside = ([x, y, w, h]: Box) =>
  x >= -1e-9 && y >= -1e-9 && x + w <= 1 + 1e-9 && y + h <= 1 + 1e-9 && w > 0 && h > 0;

describe("angles", () => {
  it("are told in one way, as quarters and a tilt", () => {
    expect([270, -180, 540, -450, 360].map(turned)).toEqual([-90, 180, 180, -90, 0]);
    expect([0, 44, 46, 90, 180, -90, -134].map(quarters)).toEqual([0, 0, 1, 1, 2, 3, 3]);
    expect(tiltOf(100)).toBeCloseTo(10);
    expect(tilted(100, -5)).toBeCloseTo(85);
    expect(tilted(180, 10)).toBeCloseTo(-170);
  });
});

describe("a cut", () => {
  it("is a part of the upright frame, as the server cuts it", () => {
    const crop: Box = [0.25, 0.5, 0.5, 0.25];
    expect(cornersOf(cutOf({ ...nothing, crop }, PICTURE))).toEqual([
      [100, 100],
      [300, 100],
      [300, 150],
      [100, 150],
    ]);
    expect(resultOf({ ...nothing, crop, rotate: 90 }, PICTURE)).toEqual({ width: 50, height: 200 });
    expect(cornersOf(cutOf({ ...nothing, zoom: 2 }, PICTURE))[0]).toEqual([100, 50]);
    expect(cornersOf(cutOf({ ...nothing, aspect: 1 }, PICTURE))[0]).toEqual([100, 0]);
    expect(resultOf({ ...nothing, aspect: 2, rotate: 90 }, PICTURE)).toEqual({ width: 200, height: 100 });
  });

  it("shrinks until no corner of it lies outside", () => {
    for (const rotate of [3, -17, 44, 95, 170]) {
      for (const [x, y] of cornersOf(cutOf({ ...nothing, rotate }, PICTURE))) {
        expect(x).toBeGreaterThanOrEqual(-1e-6);
        expect(x).toBeLessThanOrEqual(400 + 1e-6);
        expect(y).toBeGreaterThanOrEqual(-1e-6);
        expect(y).toBeLessThanOrEqual(200 + 1e-6);
      }
    }
  });
});

describe("a crop", () => {
  const crop: Box = [0.2, 0.3, 0.4, 0.4];

  it("is moved no farther than the picture reaches", () => {
    expect(moved(crop, -1, 0.1)).toEqual([0, 0.4, 0.4, 0.4]);
    expect(moved(crop, 1, 1)).toEqual([0.6, 0.6, 0.4, 0.4]);
  });

  it("follows a handle, and the other side stays", () => {
    const [x, y, w, h] = pulled(crop, "nw", 0.1, -0.1);
    expect([x + w, y + h].map((one) => one.toFixed(6))).toEqual(["0.600000", "0.700000"]);
    expect([x, y].map((one) => one.toFixed(6))).toEqual(["0.300000", "0.200000"]);
    expect(pulled(crop, "e", -9, 0)[2]).toBeCloseTo(LEAST);
  });

  it("stays in the picture and keeps its shape, however it is pulled", () => {
    for (const handle of HANDLES) {
      for (const [dx, dy] of [
        [2, 2],
        [-2, -2],
        [0.1, -0.05],
        [-0.3, 0.4],
      ] as const) {
        expect(inside(pulled(crop, handle, dx, dy))).toBe(true);
        const locked = pulled(crop, handle, dx, dy, 0.7);
        expect(inside(locked)).toBe(true);
        expect(locked[2] / locked[3]).toBeCloseTo(0.7);
      }
    }
  });

  it("takes a shape about its middle", () => {
    const ratio = shareRatio({ aspect: 1, rotate: 0 }, PICTURE);
    expect(ratio).toBe(0.5);
    expect(shaped([0, 0, 1, 1], ratio)).toEqual([0.25, 0, 0.5, 1]);
    expect(shareRatio({ aspect: 0, rotate: 0 }, PICTURE)).toBe(0);
    expect(shareRatio({ aspect: 2, rotate: 90 }, PICTURE)).toBe(0.25);
  });
});
