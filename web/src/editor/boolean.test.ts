import { describe, expect, it } from "vitest";
import { areaOf, crossesItself, cutParts, difference, intersection, sideOf, tidied, union } from "./boolean";

const square = [[[0, 0, 10, 0, 10, 10, 0, 10]]];
const right = [[[5, 0, 15, 0, 15, 10, 5, 10]]];

describe("areas", () => {
  it("are joined, subtracted and intersected", () => {
    expect(areaOf(union([square, right]))).toBe(150);
    expect(areaOf(difference(square, [right]))).toBe(50);
    expect(areaOf(intersection(square, right))).toBe(50);
  });
  it("get holes, and several parts", () => {
    const hole = [[[2, 2, 4, 2, 4, 4, 2, 4]]];
    const made = difference(square, [hole]);
    expect(made).toHaveLength(1);
    expect(made[0]).toHaveLength(2);
    expect(union([square, [[[20, 0, 30, 0, 30, 5]]]])).toHaveLength(2);
  });
  it("that do not touch leave nothing", () => {
    expect(intersection(square, [[[20, 0, 30, 0, 30, 5]]])).toEqual([]);
  });
});

describe("tidied", () => {
  it("untangles a ring that crosses itself", () => {
    const bow = [0, 0, 10, 10, 10, 0, 0, 10];
    expect(crossesItself(bow)).toBe(true);
    const parts = tidied([[bow]]);
    expect(areaOf(parts)).toBe(50);
    expect(parts.some((part) => part.some(crossesItself))).toBe(false);
  });
  it("leaves a sound ring as it is, without doubled points", () => {
    expect(tidied([[[0, 0, 0, 0, 10, 0, 10, 10]]])).toEqual([[[0, 0, 10, 0, 10, 10]]]);
    expect(tidied([[[0, 0, 5, 5]]])).toEqual([]);
  });
});

describe("cutParts", () => {
  it("divides by a line that reaches across, however far its ends are", () => {
    for (const line of [
      [3, 2, 3, 8],
      [3, -20, 3, 40],
      [3, 8, 3, 2],
    ]) {
      const halves = cutParts(square, line);
      expect(halves?.map(areaOf).sort((a, b) => a - b)).toEqual([30, 70]);
    }
  });
  it("follows every bend of the line", () => {
    const halves = cutParts(square, [-1, 4, 5, 4, 5, 11]);
    expect(halves?.map(areaOf).sort((a, b) => a - b)).toEqual([30, 70]);
  });
  it("divides nothing that it does not cross", () => {
    expect(cutParts(square, [20, 0, 20, 10])).toBeNull();
  });
  it("cuts at any angle", () => {
    for (let degrees = 0; degrees < 360; degrees += 7) {
      const [dx, dy] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      const halves = cutParts(square, [5 - dx, 5 - dy, 5 + dx, 5 + dy]);
      for (const half of halves ?? [[]]) expect(areaOf(half)).toBeCloseTo(50);
    }
  });
  it("encloses one side of the line only", () => {
    expect(sideOf([3, 0, 3, 10], [0, 0, 10, 10])).toHaveLength(1);
  });
});
