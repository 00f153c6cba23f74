import { describe, expect, it } from "vitest";
import { bindDrawing, DRAW_KEYS, DRAW_KINDS, drawing, drawSheet, refuseDrawing } from "./drawKeys";
import type { Key } from "./keymap";

const key = (name: string, held: Partial<Key> = {}): Key => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});
const shift = { shiftKey: true };

describe("keys of the Annotate page", () => {
  it("chooses tools and classes by one key each", () => {
    expect(drawing(key("b"))).toEqual({ kind: "box" });
    expect(drawing(key("K"))).toEqual({ kind: "brush" });
    expect(drawing(key("7"))).toEqual({ kind: "hotkey", key: "7" });
    expect(drawing(key("g"))).toEqual({ kind: "negative" });
  });

  it("skips, finishes and accepts all with Shift", () => {
    expect(drawing(key("X", shift))).toEqual({ kind: "skip" });
    expect(drawing(key("N", shift))).toEqual({ kind: "doneNext" });
    expect(drawing(key("Y", shift))).toEqual({ kind: "acceptAll" });
  });

  it("moves through pictures, classes and objects by arrows, and leaves the other held ones to the editor", () => {
    expect(drawing(key("ArrowRight"))).toEqual({ kind: "move", by: "right" });
    expect(drawing(key("ArrowDown", { ctrlKey: true }))).toEqual({ kind: "nextObject" });
    expect(drawing(key("ArrowRight", shift))).toBeNull();
    expect(drawing(key("ArrowRight", { altKey: true }))).toBeNull();
    expect(drawing(key("v", { ctrlKey: true }))).toBeNull();
    expect(drawing(key("!", shift))).toBeNull();
  });

  it("does by another key what a person has put there", () => {
    const mine = bindDrawing({ box: "'" });
    expect(drawing(key("'"), mine)).toEqual({ kind: "box" });
    expect(drawing(key("b"), mine)).toBeNull();
  });

  it("refuses keys that are taken or fixed", () => {
    expect(refuseDrawing({}, "box", "p")).toContain("taken: Polygon");
    for (const fixed of ["3", "F5", "Enter", "Ctrl+c", "Shift+ArrowUp", "Alt+b", "+"]) {
      expect(refuseDrawing({}, "box", fixed)).toContain("meaning of its own");
    }
    expect(refuseDrawing({}, "box", "'")).toBeNull();
    expect(refuseDrawing({}, "box", "Shift+b")).toBeNull();
  });

  it("gives every default key one meaning, and the sheet names each", () => {
    expect(bindDrawing().size).toBe(DRAW_KINDS.length);
    for (const kind of DRAW_KINDS) expect(refuseDrawing({}, kind, DRAW_KEYS[kind].key)).toBeNull();
    expect(drawSheet({ box: "'" }).find((row) => row.means === "Box")?.keys).toEqual(["'"]);
  });
});
