import { expect, it } from "vitest";
import { overlay } from "./overlay";

it("puts lines of different lengths over one axis", () => {
  expect(
    overlay([
      [
        [1, 0.5],
        [3, 0.25],
      ],
      [
        [2, 9],
        [3, undefined],
      ],
    ]),
  ).toEqual([
    [1, 2, 3],
    [0.5, null, 0.25],
    [null, 9, null],
  ]);
});

it("makes empty columns of nothing", () => {
  expect(overlay([[], []])).toEqual([[], [], []]);
});
