import { describe, expect, it } from "vitest";
import { layOut, maxTop, scrollY, sheetY } from "./layout";
import { atTop, barFor, goTo, moved, relayout, settle } from "./scroll";

const at = (count: number, width = 1000) =>
  layOut({ count, width, height: 800, tile: 150, gap: 8, pad: 12, caption: 24 });
const small = at(600);
const million = at(1_000_000);

describe("a grid that fits the scroller", () => {
  it("is the scroller", () => {
    expect(moved(small, atTop, scrollY(1234)).top).toBe(1234);
    expect(goTo(small, sheetY(777))).toEqual({ top: 777, bar: 777 });
  });
});

describe("a million images", () => {
  it("moves pixel by pixel with the wheel", () => {
    const from = goTo(million, sheetY(10_000_000));
    expect(moved(million, from, scrollY(from.bar + 100)).top - from.top).toBeCloseTo(100);
  });

  it("jumps in proportion with the scroll bar", () => {
    const half = (million.scrollPx - million.viewportPx) / 2;
    const there = moved(million, atTop, scrollY(half));
    expect(there.top / maxTop(million)).toBeCloseTo(0.5);
  });

  it("ends at both ends", () => {
    const from = goTo(million, sheetY(500));
    expect(moved(million, from, scrollY(0)).top).toBe(0);
    const bottom = moved(million, atTop, scrollY(million.scrollPx - million.viewportPx));
    expect(bottom.top).toBe(maxTop(million));
  });

  it("brings the bar home without moving the pictures", () => {
    let now = goTo(million, sheetY(9_000_000));
    for (let i = 0; i < 50; i++) now = moved(million, now, scrollY(now.bar + 120));
    const home = settle(million, now);
    expect(home.top).toBe(now.top);
    expect(home.bar).toBe(barFor(million, now.top));
    expect(home.bar).not.toBe(now.bar);
  });
});

describe("relayout", () => {
  it("keeps the first row's pictures in view", () => {
    const narrow = at(600, 500);
    const before = goTo(small, sheetY(12 + small.pitchY * 20));
    const after = relayout(small, narrow, before);
    const row = Math.floor((after.top - 12) / narrow.pitchY);
    expect(row * narrow.columns).toBeLessThanOrEqual(120);
    expect((row + 1) * narrow.columns).toBeGreaterThan(120);
  });
});
