import { describe, expect, it } from "vitest";
import { numbers } from "./fakes";
import { boundsOf, nearestOnRing, turn } from "./geometry";
import { handleAt, handlesOf, resized } from "./handles";
import { box, object } from "./fakes";
import { imagePoint } from "./geometry";
import { snapTo } from "./snap";
import { pixelCount, rasterOf, rasterOfParts, rleOf } from "./raster";
import { held, moved, rotated, scaled } from "./transform";
import { SETTINGS, type Shape } from "./types";

const size = { width: 100, height: 80 };
const mask = (): Shape => {
  const geometry = rleOf(rasterOfParts([[[10, 10, 20, 10, 20, 30, 10, 30]]], size), size);
  if (!geometry) throw new Error("no pixel");
  return { kind: "mask", geometry };
};
const posed: Shape = {
  kind: "keypoints",
  geometry: [
    [10, 10, 2],
    [0, 0, 0],
    [20, 40, 1],
  ],
};
const SHAPES: readonly Shape[] = [
  { kind: "box", geometry: [10, 10, 20.5, 30] },
  { kind: "obb", geometry: [30, 30, 20, 10, 30] },
  {
    kind: "polygon",
    geometry: [
      [
        [10, 10, 40, 10, 25, 50],
        [20, 20, 25, 20, 22, 25],
      ],
    ],
  },
  posed,
  { kind: "point", geometry: [5, 6] },
];

describe("moving", () => {
  it("moves the bounds by as much, and back again exactly", () => {
    for (const shape of SHAPES) {
      const [x1, y1] = boundsOf(shape);
      const there = moved(shape, 8, 4);
      expect(boundsOf(there)[0]).toBeCloseTo(x1 + 8);
      expect(boundsOf(there)[1]).toBeCloseTo(y1 + 4);
      expect(moved(there, -8, -4)).toEqual(shape);
    }
  });
  it("takes masks by whole pixels", () => {
    expect(boundsOf(moved(mask(), 5.4, -2.6))).toEqual([15, 7, 25, 27]);
  });
  it("leaves a keypoint that is not given alone", () => {
    expect(moved(posed, 8, 4).geometry).toEqual([
      [18, 14, 2],
      [0, 0, 0],
      [28, 44, 1],
    ]);
  });
  it("stops at the picture's border, unless it was outside before", () => {
    expect(held([10, 10, 20, 20], 500, -500, size)).toEqual([80, -10]);
    expect(held([-10, 10, 20, 20], 7, 7, size)).toEqual([7, 7]);
  });
});

describe("scaling", () => {
  it("fits one box into another, and back", () => {
    for (const shape of [...SHAPES.filter((one) => one.kind !== "obb"), mask()]) {
      const there = scaled(shape, [0, 0, 100, 80], [0, 0, 50, 40]);
      boundsOf(there).forEach((value, i) => expect(value).toBeCloseTo((boundsOf(shape)[i] ?? 0) / 2));
    }
    const half = scaled(mask(), [0, 0, 100, 80], [0, 0, 50, 40]);
    expect(half.kind === "mask" && pixelCount(rasterOf(half.geometry))).toBe(50);
  });
  it("keeps an oriented box a rectangle", () => {
    expect(scaled({ kind: "obb", geometry: [10, 10, 20, 10, 90] }, [0, 0, 10, 10], [0, 0, 20, 10]).geometry).toEqual([
      20, 10, 20, 20, 90,
    ]);
  });
});

describe("turning", () => {
  it("comes back after a whole turn in four steps", () => {
    for (const shape of SHAPES.slice(1)) {
      let now = shape;
      for (let step = 0; step < 4; step++) now = rotated(now, 50, 40, 90);
      boundsOf(now).forEach((value, i) => expect(value).toBeCloseTo(boundsOf(shape)[i] ?? 0));
    }
  });
  it("turns masks about their middle", () => {
    expect(boundsOf(rotated(mask(), 15, 20, 90))).toEqual([5, 15, 25, 25]);
  });
  it("counts degrees clockwise as seen, from -180 to 180", () => {
    const [x, y] = numbers(rotated({ kind: "point", geometry: [10, 0] }, 0, 0, 90));
    expect(x).toBeCloseTo(0);
    expect(y).toBeCloseTo(10);
    expect([turn(180), turn(-181), turn(540), turn(35)]).toEqual([-180, 179, -180, 35]);
  });
});

describe("handles", () => {
  it("keep proportions with Shift and the middle with Alt", () => {
    expect(resized([0, 0, 20, 10], "se", { x: 40, y: 12 }, { shift: true, alt: false })).toEqual([0, 0, 40, 20]);
    expect(resized([0, 0, 20, 10], "e", { x: 30, y: 5 }, { shift: false, alt: true })).toEqual([-10, 0, 30, 10]);
    expect(resized([0, 0, 20, 10], "nw", { x: 5, y: 5 }, { shift: false, alt: false })).toEqual([5, 5, 20, 10]);
  });
  it("are found at the nearest corner within reach", () => {
    const handles = handlesOf([box("a", 0, 0, 20, 10)], 1);
    expect(handleAt(handles, imagePoint(21, 12), 5)?.id).toBe("se");
    expect(handleAt(handles, imagePoint(40, 40), 5)).toBeNull();
  });
  it("mark middles only where there is room, and nothing on what is locked", () => {
    const polygon = object("p", { kind: "polygon", geometry: [[[0, 0, 20, 0, 20, 20]]] });
    expect(handlesOf([polygon], 1)).toHaveLength(4);
    expect(handlesOf([polygon], 4)).toHaveLength(6);
    expect(handlesOf([{ ...polygon, locked: true }], 4)).toEqual([]);
  });
});

describe("snapping", () => {
  it("jumps to the border and the grid, each axis by itself", () => {
    expect(snapTo(imagePoint(3, 40), size, SETTINGS, 1, [])).toMatchObject({ x: 0, y: 40 });
    expect(snapTo(imagePoint(3, 40), size, SETTINGS, 10, [])).toMatchObject({ x: 3, y: 40 });
    expect(snapTo(imagePoint(33, 78), size, { ...SETTINGS, grid: 16 }, 1, [])).toMatchObject({ x: 32, y: 80 });
    expect(snapTo(imagePoint(3, 3), size, { ...SETTINGS, snap: false }, 1, [])).toMatchObject({ x: 3, y: 3 });
  });
  it("jumps to the sides of others where that is wanted", () => {
    const near = [box("a", 20, 20, 60, 60)];
    expect(snapTo(imagePoint(58, 40), size, { ...SETTINGS, snapObjects: true }, 1, near)).toMatchObject({
      x: 60,
      y: 40,
    });
    expect(snapTo(imagePoint(58, 40), size, SETTINGS, 1, near)).toMatchObject({ x: 58, y: 40 });
  });
});

it("finds the nearest side of a ring", () => {
  expect(nearestOnRing([0, 0, 10, 0, 10, 10, 0, 10], 12, 4)).toEqual({ distance: 2, x: 10, y: 4, side: 1 });
});
