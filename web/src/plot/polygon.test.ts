import { describe, expect, it } from "vitest";
import { isInside, rectangle, simplify, type Polygon } from "./polygon";

describe("polygon", () => {
  it("tells inside from outside, also in a hole of its own making", () => {
    const square = rectangle(0, 0, 4, 4);
    expect(isInside(square, 1, 1)).toBe(true);
    expect(isInside(square, 5, 1)).toBe(false);
    const twice: Polygon = [...square, [0, 0], [1, 1], [3, 1], [3, 3], [1, 3], [1, 1]];
    expect(isInside(twice, 2, 2)).toBe(false);
    expect(isInside(twice, 0.5, 0.5)).toBe(true);
  });

  it("keeps the corners that make the shape", () => {
    const line: Polygon = [
      [0, 0],
      [1, 0.001],
      [2, 0],
      [2, 1],
      [2, 2],
    ];
    expect(simplify(line, 0.01)).toEqual([
      [0, 0],
      [2, 0],
      [2, 2],
    ]);
  });

  it("is never further off than it may be", () => {
    const circle: Polygon = Array.from({ length: 200 }, (_, i) => [Math.cos(i / 32), Math.sin(i / 32)]);
    const simple = simplify(circle, 0.02);
    expect(simple.length).toBeLessThan(40);
    for (const [x, y] of simple) expect(Math.hypot(x, y)).toBeCloseTo(1);
  });
});
