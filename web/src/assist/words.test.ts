import { describe, expect, it } from "vitest";
import { readChoice } from "./choice";
import { iou, isAbout, shapeOf, turned, type Candidate } from "./words";

const candidate = (side: number, more: Partial<Candidate> = {}): Candidate => ({
  prompt: 0,
  box: [10, 10, 10 + side, 10 + side],
  polygon: null,
  rle: null,
  score: 0.5,
  mask_ref: null,
  ...more,
});

describe("candidates", () => {
  it("are turned by size, and stop at both ends", () => {
    const all = [candidate(20), candidate(40), candidate(10)];
    expect(turned(all, 0, 1)).toBe(1);
    expect(turned(all, 1, 1)).toBe(1);
    expect(turned(all, 0, -1)).toBe(2);
    expect(turned(all, 2, -1)).toBe(2);
  });

  it("take the form that is wanted, and the box where there is nothing finer", () => {
    const polygon = [[[0, 0, 4, 0, 4, 4]]];
    const rle = { size: [4, 4] as const, counts: "0" };
    const whole = candidate(4, { polygon, rle });
    expect(shapeOf(whole, "polygon")).toEqual({ kind: "polygon", geometry: polygon });
    expect(shapeOf(whole, "mask")).toEqual({ kind: "mask", geometry: rle });
    expect(shapeOf(candidate(4), "mask")).toEqual({ kind: "box", geometry: [10, 10, 14, 14] });
  });

  it("are about a place within one of them", () => {
    const all = [candidate(20), candidate(40)];
    expect(isAbout(all, { x: 45, y: 12 })).toBe(true);
    expect(isAbout(all, { x: 51, y: 12 })).toBe(false);
  });
});

describe("boxes", () => {
  it("agree by intersection over union", () => {
    expect(iou([0, 0, 2, 2], [0, 0, 2, 2])).toBe(1);
    expect(iou([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3);
    expect(iou([0, 0, 2, 2], [5, 5, 6, 6])).toBe(0);
  });
});

describe("a choice", () => {
  it("survives rubbish, field by field", () => {
    const usual = { engine: "auto", ofBox: "box", ofClick: "polygon", ahead: true };
    for (const text of [null, "", "[]", "{", '{"ofBox": 3, "engine": 1}']) expect(readChoice(text)).toEqual(usual);
    expect(readChoice('{"ofBox":"mask","engine":"sam","ahead":false}')).toEqual({
      engine: "sam",
      ofBox: "mask",
      ofClick: "polygon",
      ahead: false,
    });
  });
});
