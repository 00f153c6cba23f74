import { describe, expect, it } from "vitest";
import { filterOf } from "./stage";
import { inkOn } from "./paint/still";
import { colourRaster } from "./paint/masks";
import { fitBox, reveal, seen } from "./camera";
import { screenPoint } from "./geometry";
import { bindingsOf, EDITOR_KEYS, nameOf } from "./keys";

describe("keys", () => {
  it("mean one thing each", () => {
    expect(new Set(EDITOR_KEYS.map(({ key }) => key)).size).toBe(EDITOR_KEYS.length);
    expect(bindingsOf(EDITOR_KEYS).size).toBe(EDITOR_KEYS.length);
  });
  it("leave alone what the page needs itself", () => {
    const page = [
      "ArrowLeft",
      "ArrowRight",
      "ArrowUp",
      "ArrowDown",
      "x",
      "a",
      "s",
      "d",
      "m",
      "f",
      "g",
      "t",
      "z",
      "0",
      "1",
      "9",
    ];
    const ours = new Set(EDITOR_KEYS.map(({ key }) => key));
    expect(page.filter((key) => ours.has(key))).toEqual([]);
  });
  it("are named alike however they are pressed", () => {
    const press = (key: string, held: Partial<Record<"ctrl" | "alt" | "shift", boolean>> = {}) =>
      nameOf({ key, ctrl: false, alt: false, shift: false, ...held });
    expect(press("B")).toBe("b");
    expect(press("Z", { ctrl: true, shift: true })).toBe("Ctrl+Shift+z");
    expect(press("!", { shift: true })).toBe("!");
    expect(press("ArrowUp", { alt: true, shift: true })).toBe("Alt+Shift+ArrowUp");
  });
});

describe("the view", () => {
  it("shows a part of the picture large and in the middle", () => {
    const stage = { width: 800, height: 600 };
    const camera = fitBox(stage, [1000, 1000, 1100, 1100]);
    const [x1, y1, x2, y2] = seen(camera, stage);
    expect((x1 + x2) / 2).toBeCloseTo(1050);
    expect((y1 + y2) / 2).toBeCloseTo(1050);
    expect(camera.zoom).toBeCloseTo(4.72);
  });
  it("moves no further than it must to show a place", () => {
    const camera = { zoom: 1, origin: screenPoint(0, 0) };
    expect(reveal(camera, { width: 800, height: 600 }, screenPoint(400, 300)).origin).toMatchObject({ x: 0, y: 0 });
    expect(reveal(camera, { width: 800, height: 600 }, screenPoint(900, -10)).origin).toMatchObject({ x: -140, y: 50 });
  });
  it("changes the picture's light by a filter, or not at all", () => {
    expect(filterOf(1, 1)).toBe("none");
    expect(filterOf(1.2, 0.8)).toBe("brightness(1.2) contrast(0.8)");
  });
  it("writes in black on bright classes and in white on dark ones", () => {
    expect(inkOn("#f0bd62")).toBe("#000000");
    expect(inkOn("#0b3264")).toBe("#ffffff");
  });
});

describe("colourRaster", () => {
  it("draws the rim full, the inside faint and the rest not at all", () => {
    const data = new Uint8Array(25).fill(1);
    data[24] = 0;
    const out = new Uint8ClampedArray(100);
    const raster = { x: 0, y: 0, width: 5, height: 5, data };
    colourRaster(
      raster,
      { x: 0, y: 0, width: 5, height: 5, step: 1 },
      { colour: "#102030", fill: 0.2, dashed: false },
      out,
    );
    expect([...out.slice(0, 4)]).toEqual([0x10, 0x20, 0x30, 255]);
    expect(out[4 * 12 + 3]).toBeLessThan(255);
    expect(out[4 * 24 + 3]).toBe(0);
  });
});
