import { expect, it } from "vitest";
import { outline } from "./outline";

it("draws every kind of shape as a path", () => {
  expect(outline({ kind: "box", geometry: [1, 2, 3, 4] })).toBe("M1 2L3 2L3 4L1 4Z");
  expect(outline({ kind: "obb", geometry: [5, 5, 4, 2, 0] })).toBe("M3 4L7 4L7 6L3 6Z");
  const rings = [
    [0, 0, 9, 0, 9, 9],
    [1, 1, 2, 1, 2, 2],
  ];
  expect(outline({ kind: "polygon", geometry: [rings] })).toBe("M0 0L9 0L9 9ZM1 1L2 1L2 2Z");
  expect(outline({ kind: "point", geometry: [5, 5] }, 1)).toBe("M4 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0Z");
  const points = [
    [5, 5, 2],
    [0, 0, 0],
  ] as const;
  expect(outline({ kind: "keypoints", geometry: points }, 1)).toBe("M4 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0Z");
});
