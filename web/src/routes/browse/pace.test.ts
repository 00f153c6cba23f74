import { describe, expect, it } from "vitest";
import { pace, timeFor } from "./pace";

const acts = (count: number, every: number, labels = 1, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ at: from + i * every * 1000, labels }));

describe("pace", () => {
  it("is labels per minute", () => {
    expect(pace(acts(31, 2), 60_000)).toBeCloseTo(30);
    expect(pace(acts(31, 2, 3), 60_000)).toBeCloseTo(90);
  });
  it("says nothing of a few labels, or of yesterday's", () => {
    expect(pace(acts(4, 2), 8_000)).toBeNull();
    expect(pace([], 0)).toBeNull();
    expect(pace(acts(31, 2), 600_000)).toBeNull();
  });
  it("does not count a pause as work", () => {
    const before = acts(10, 2);
    const after = acts(10, 2, 1, 3_600_000);
    expect(pace([...before, ...after], 3_620_000)).toBeCloseTo((19 / (9 * 2 + 9 * 2 + 20)) * 60);
  });
  it("follows a change of pace", () => {
    const slow = acts(50, 10);
    const quick = acts(200, 1, 1, 500_000);
    expect(pace([...slow, ...quick], 700_000)).toBeCloseTo(60, 0);
  });
});

it("tells how long the rest takes", () => {
  expect(timeFor(40, 20)).toBe(120);
  expect(timeFor(null, 20)).toBeNull();
  expect(timeFor(40, null)).toBeNull();
});
