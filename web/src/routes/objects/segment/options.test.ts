import { describe, expect, it } from "vitest";
import { NUMBERS, pathOf, read, reasonsOf } from "./options";

const [threshold] = NUMBERS;
const results = NUMBERS.find((one) => one.key === "max_results");

describe("a field of a number", () => {
  it("is kept within its range", () => {
    if (!threshold || !results) throw new Error("no options");
    expect(read("0.3", threshold, 0.5)).toBe(0.3);
    expect(read("7", threshold, 0.5)).toBe(1);
    expect(read("-1", threshold, 0.5)).toBe(0);
    expect(read("2.6", results, 1)).toBe(3);
  });

  it("leaves things as they are when it holds no number", () => {
    if (!threshold) throw new Error("no options");
    expect(read("", threshold, 0.5)).toBe(0.5);
    expect(read("x", threshold, 0.5)).toBe(0.5);
  });
});

describe("a polygon as a path", () => {
  it("has one part for each ring, holes too", () => {
    const square = [0, 0, 10, 0, 10, 10.04];
    expect(pathOf([[square, [1, 1, 2, 1, 2, 2]], [square]])).toBe("M0 0L10 0L10 10ZM1 1L2 1L2 2ZM0 0L10 0L10 10Z");
  });
});

describe("why boxes stay", () => {
  it("names each reason once, the most frequent first", () => {
    expect(reasonsOf(["", "a", "b", "b"])).toBe("2 × b; 1 × a");
    expect(reasonsOf(["", "a", "a"])).toBe("a");
    expect(reasonsOf([])).toBe("");
  });
});
