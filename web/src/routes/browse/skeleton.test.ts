import { expect, it } from "vitest";
import { jointsText, skeletonOf, wrongJoints } from "./skeleton";

it("reads names and pairs, and writes them back", () => {
  const read = skeletonOf("nose, left eye,right eye", "1-2, 1 - 3");
  expect(read).toEqual({
    names: ["nose", "left eye", "right eye"],
    edges: [
      [0, 1],
      [0, 2],
    ],
  });
  expect(jointsText(read?.edges ?? [])).toBe("1-2, 1-3");
  expect(skeletonOf("  ", "1-2")).toBeNull();
});

it("says what cannot be", () => {
  expect(wrongJoints("a, b", "1-2")).toBeNull();
  expect(wrongJoints("", "1-2")).toBeNull();
  expect(wrongJoints("a, a", "")).toContain("twice");
  expect(wrongJoints("a, b", "1-3")).toContain("there are 2");
  expect(wrongJoints("a, b", "1-1")).toContain("there are 2");
  expect(wrongJoints("a, b", "one")).toContain("no pair");
});
