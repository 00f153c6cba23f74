import { describe, expect, it } from "vitest";
import { drawingOrder, fitted, pointPx, seen, toPlane, toScreen, zoomed } from "./plane";

const size = { width: 800, height: 600 };

describe("plane", () => {
  it("fits whole into the screen", () => {
    const [left, bottom, right, top] = seen(fitted(size), size);
    expect(left).toBeLessThan(-1);
    expect(bottom).toBeLessThan(-1);
    expect(right).toBeGreaterThan(1);
    expect(top).toBeGreaterThan(1);
  });

  it("keeps the point under the pointer when it zooms", () => {
    const before = fitted(size);
    const at = toPlane(before, 200, 150);
    const after = zoomed(before, size, 3, 200, 150);
    const [px, py] = toScreen(after, ...at);
    expect(px).toBeCloseTo(200);
    expect(py).toBeCloseTo(150);
    expect(after.scale).toBeCloseTo(3 * before.scale);
  });

  it("never zooms to where nothing is seen", () => {
    let frame = fitted(size);
    for (let i = 0; i < 50; i++) frame = zoomed(frame, size, 0.5, 0, 0);
    expect(frame.scale).toBeGreaterThan(fitted(size).scale / 4);
  });

  it("draws what is chosen over the others, and the neutral colour under all", () => {
    const category = Uint16Array.of(1, 0, 2, 1);
    expect([...drawingOrder(category, null, null)]).toEqual([1, 0, 2, 3]);
    expect([...drawingOrder(category, null, new Set([0]))]).toEqual([1, 2, 3, 0]);
    expect([...drawingOrder(category, [3, 1], null)]).toEqual([1, 3]);
  });

  it("draws points larger when they are few or near", () => {
    const frame = fitted(size);
    expect(pointPx(100, frame, size)).toBeGreaterThan(pointPx(50_000, frame, size));
    expect(pointPx(100, zoomed(frame, size, 4, 0, 0), size)).toBeGreaterThan(pointPx(100, frame, size));
  });
});
