import { expect, test } from "vitest";
import { colourOf } from "./heat";

test("nothing seen is seen through, the most seen is yellow and covers", () => {
  expect(colourOf(0)).toEqual([68, 1, 84, 0]);
  expect(colourOf(255)).toEqual([253, 231, 37, 255]);
  const [red, green, blue, cover] = colourOf(128);
  expect(cover).toBe(255);
  expect([red > 200, green < 80, blue < 80]).toEqual([true, true, true]);
});
