import { expect, it } from "vitest";
import { rowsOf } from "./useRows";

it("makes the rows that are seen and a few around them, of however many", () => {
  expect(rowsOf(0, 280, 28, 10_000)).toEqual({ start: 0, end: 16 });
  expect(rowsOf(28_000, 280, 28, 10_000)).toEqual({ start: 994, end: 1016 });
  expect(rowsOf(0, 280, 28, 3)).toEqual({ start: 0, end: 3 });
});
