import { describe, expect, test } from "vitest";
import { doublings, logShare, ticks } from "./scale";

describe("ticks", () => {
  test.each([
    [10, [0, 5, 10]],
    [3, [0, 1, 2, 3]],
    [1_285, [0, 500, 1_000, 1_500]],
    [0, [0, 1]],
  ])("up to %d are round and reach it", (most, wanted) => {
    expect(ticks(most)).toEqual(wanted);
  });

  test("are never between two pictures", () => {
    for (let most = 1; most < 3_000; most += 7) {
      const found = ticks(most);
      expect(found.every(Number.isInteger)).toBe(true);
      expect(found.at(-1)).toBeGreaterThanOrEqual(most);
      expect(found.length).toBeLessThan(8);
    }
  });
});

describe("doublings", () => {
  test("hold both ends", () => {
    expect(doublings(24, 1_000)).toEqual([16, 32, 64, 128, 256, 512, 1_024]);
    expect(doublings(64, 64)).toEqual([64, 128]);
    expect(doublings(0, 0)).toEqual([1, 2]);
  });
});

describe("logShare", () => {
  test("puts doublings equally far apart", () => {
    expect([16, 32, 64].map((one) => logShare(one, 16, 64))).toEqual([0, 0.5, 1]);
    expect(logShare(5, 7, 7)).toBe(0.5);
  });
});
