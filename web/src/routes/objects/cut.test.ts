import { describe, expect, it } from "vitest";
import { cutOf, pixelsFor, placeIn } from "./cut";

const of = (bounds: number[], width = 640, height = 480) => ({ bounds, width, height });

describe("the cut around an object", () => {
  it("is a square with some of what is around", () => {
    const cut = cutOf(of([100, 100, 200, 150]));
    expect(cut.box).toEqual([85, 60, 215, 190]);
    const { x, y, width, height } = placeIn(cut, [100, 100, 200, 150]);
    expect([x, y, width, height].map((one) => one.toFixed(3))).toEqual(["0.115", "0.308", "0.769", "0.385"]);
  });
  it("ends with the picture and stays in its middle", () => {
    const cut = cutOf(of([0, 0, 640, 100]));
    expect(cut.box).toEqual([0, 0, 640, 466]);
    expect(cut.shift[0]).toBe(0);
    expect(cut.shift[1]).toBeCloseTo((1 - 466 / 640) / 2);
  });
  it("shows something of an object that lies outside", () => {
    const { box } = cutOf(of([700, 10, 720, 30]));
    expect(box[2] - box[0]).toBeGreaterThan(0);
    expect(box[2]).toBe(640);
  });
  it("has some size for a point", () => {
    const { box } = cutOf(of([5, 5, 5, 5]));
    expect(box).toEqual([1, 1, 9, 9]);
  });
});

it("asks for few sizes", () => {
  expect([60, 100, 200, 900].map((side) => pixelsFor(side, 1))).toEqual([96, 160, 256, 512]);
  expect(pixelsFor(100, 2)).toBe(256);
});
