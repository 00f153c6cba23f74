import { expect, it } from "vitest";
import { levelFor } from "./levels";

it("asks for as many pixels as can be seen", () => {
  expect(levelFor(4000, 0.2, 1)).toBe(1024);
  expect(levelFor(4000, 0.5, 1)).toBe(2048);
  expect(levelFor(4000, 1, 1)).toBe(4096);
  expect(levelFor(4000, 8, 2)).toBe(4096);
  expect(levelFor(640, 2, 2)).toBe(1024);
  expect(levelFor(30_000, 4, 1)).toBe(8192);
});
