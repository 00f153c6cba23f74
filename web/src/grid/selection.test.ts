import { describe, expect, it } from "vitest";
import { advance, isPicked, nothing, pick, pickedCount, targets, type Pick, type Selection } from "./selection";

const play = (...picks: Pick[]): Selection => picks.reduce(pick, nothing);

describe("picking", () => {
  it("extends from the anchor in both directions", () => {
    expect([...play({ kind: "click", index: 5 }, { kind: "extend", index: 8 }).picked]).toEqual([5, 6, 7, 8]);
    expect([...play({ kind: "click", index: 5 }, { kind: "extend", index: 3 }).picked]).toEqual([3, 4, 5]);
  });
  it("extends from the focus when nothing was picked", () => {
    expect([...play({ kind: "focus", index: 2 }, { kind: "extend", index: 4 }).picked]).toEqual([2, 3, 4]);
  });
  it("takes a range in either direction, and goes on from there", () => {
    const back = play({ kind: "range", from: 8, to: 5 });
    expect(targets(back, 10)).toEqual([5, 6, 7, 8]);
    expect(back.focus).toBe(5);
    expect(targets(pick(back, { kind: "extend", index: 9 }), 10)).toEqual([8, 9]);
  });
  it("goes on without letting go of what is picked", () => {
    const two = play({ kind: "click", index: 1 }, { kind: "wander", index: 4 }, { kind: "toggle", index: 4 });
    expect(targets(two, 10)).toEqual([1, 4]);
    expect(two.focus).toBe(4);
  });
  it("toggles", () => {
    const both = play({ kind: "click", index: 1 }, { kind: "toggle", index: 9 });
    expect(targets(both, 10)).toEqual([1, 9]);
    expect(targets(pick(both, { kind: "toggle", index: 1 }), 10)).toEqual([9]);
  });
  it("holds a whole view without listing it", () => {
    const all = play({ kind: "all", count: 1_000_000 });
    expect(all.picked.size).toBe(0);
    expect(isPicked(all, 999_999)).toBe(true);
    expect(pickedCount(all, 1_000_000)).toBe(1_000_000);
  });
});

describe("targets", () => {
  it("is the focused one when nothing is picked, and never the page", () => {
    expect(targets(play({ kind: "focus", index: 3 }), 10)).toEqual([3]);
    expect(targets(nothing, 0)).toEqual([]);
  });
});

describe("advance", () => {
  it("goes to the one after the last", () => {
    const next = advance(play({ kind: "click", index: 2 }, { kind: "extend", index: 4 }), 10);
    expect(next.focus).toBe(5);
    expect(next.picked.size).toBe(0);
  });
  it("stays on the last one at the end", () => {
    expect(advance(play({ kind: "focus", index: 9 }), 10).focus).toBe(9);
  });
});
