import { describe, expect, it } from "vitest";
import { layOut, MAX_SCROLL_PX, maxTop, place, reveal, sheetY, step, visible } from "./layout";

const at = (count: number, width = 1000, height = 800) =>
  layOut({ count, width, height, tile: 150, gap: 8, pad: 12, caption: 24 });

describe("layOut", () => {
  it("fills the width with whole columns", () => {
    const layout = at(100);
    expect(layout.columns).toBe(6);
    const right = place(layout, 5).x + layout.tile;
    expect(right).toBeLessThanOrEqual(1000 - 12);
    expect(right).toBeGreaterThan(1000 - 12 - layout.columns);
  });

  it("keeps one column where there is no room for one", () => {
    expect(at(3, 40).columns).toBe(1);
  });

  it("bounds the scroller at a million images and keeps the sheet's true height", () => {
    const layout = at(1_000_000);
    expect(layout.scrollPx).toBe(MAX_SCROLL_PX);
    expect(layout.sheetPx).toBeGreaterThan(25_000_000);
    expect(layout.rows).toBe(Math.ceil(1_000_000 / 6));
  });
});

describe("visible", () => {
  it("covers the viewport and nothing far from it", () => {
    const layout = at(1000);
    const { start, end } = visible(layout, sheetY(0), 0);
    expect(start).toBe(0);
    expect(end).toBe(Math.ceil((800 - 12) / layout.pitchY) * 6);
  });

  it("reaches the last image of a million at the end", () => {
    const layout = at(1_000_000);
    expect(visible(layout, maxTop(layout), 1).end).toBe(1_000_000);
  });

  it("is empty for an empty view", () => {
    expect(visible(at(0), sheetY(0), 2)).toEqual({ start: 0, end: 0 });
  });
});

describe("reveal", () => {
  it("stays where the tile is in view", () => {
    expect(reveal(at(1000), 3, sheetY(0))).toBe(0);
  });
  it("scrolls down by no more than it takes", () => {
    const layout = at(1000);
    const top = reveal(layout, 60, sheetY(0));
    expect(place(layout, 60).y + layout.pitchY).toBe(top + 800);
  });
});

describe("step", () => {
  const layout = at(20); // rows of 6, 6, 6, 2
  it("keeps the column up and down", () => {
    expect(step(layout, 1, "down")).toBe(7);
    expect(step(layout, 7, "up")).toBe(1);
    expect(step(layout, 1, "up")).toBe(1);
  });
  it("goes to the last image from a row above a short one", () => {
    expect(step(layout, 16, "down")).toBe(19);
    expect(step(layout, 18, "down")).toBe(18);
  });
  it("holds at the ends", () => {
    expect(step(layout, 0, "left")).toBe(0);
    expect(step(layout, 19, "right")).toBe(19);
    expect(step(at(0), 0, "right")).toBe(-1);
  });
});
