import { describe, expect, it } from "vitest";
import { difference, plan, type Conflict } from "./merge";
import { alike, applied, sameObjects, type Document, type DrawnObject } from "./objects";
import type { Entry } from "./outbox";

const box = (uid: string, x = 0): DrawnObject => ({
  uid,
  kind: "box",
  geometry: [x, 0, x + 10, 10],
  class_id: 1,
  attributes: {},
  z: 0,
  locked: false,
  hidden: false,
  score: null,
  source: "person",
});
const theirs = (objects: readonly DrawnObject[]): Document => ({
  image_id: 1,
  version: 7,
  width: 100,
  height: 100,
  review: "in_progress",
  note: "",
  objects,
});
const entry = (put: readonly DrawnObject[], gone: readonly string[], before: readonly DrawnObject[]): Entry => ({
  key: 1,
  project: "p",
  image: 1,
  version: 1,
  put,
  delete: gone,
  before,
  description: "",
  at: 0,
});
/** Both began with a, b and c; I moved a, deleted b, added m. */
const mine = (others: readonly DrawnObject[]): Conflict => ({
  entries: [entry([box("a", 1), box("m")], ["b"], [box("a"), box("b")])],
  theirs: theirs(others),
  mine: [box("a", 1), box("c"), box("m")],
});
const result = (way: "mine" | "theirs" | "both", conflict: Conflict) =>
  applied(conflict.theirs.objects, plan(way, conflict));

describe("a merge", () => {
  const added = mine([box("a"), box("b"), box("c"), box("t")]);

  it("tells what only one of both has, and what differs", () => {
    const { onlyMine, onlyTheirs, changed } = difference(added);
    expect(onlyMine.map(({ uid }) => uid)).toEqual(["m"]);
    expect(onlyTheirs.map(({ uid }) => uid)).toEqual(["b", "t"]);
    expect(changed.map((one) => one.mine.uid)).toEqual(["a"]);
  });
  it("leaves exactly mine, or exactly theirs", () => {
    expect(sameObjects(result("mine", added), added.mine)).toBe(true);
    expect(result("theirs", added)).toEqual(added.theirs.objects);
  });
  it("joins the changes of both", () => {
    expect(sameObjects(result("both", added), [box("a", 1), box("c"), box("t"), box("m")])).toBe(true);
  });
  it("keeps an object twice that both have moved, and one that I deleted and they moved", () => {
    const moved = mine([box("a", 5), box("b", 5), box("c")]);
    const kept = result("both", moved);
    expect(kept.map(({ geometry }) => (Array.isArray(geometry) ? (geometry[0] as number) : 0)).sort()).toEqual([
      0, 0, 1, 5, 5,
    ]);
    expect(new Set(kept.map(({ uid }) => uid)).size).toBe(5);
  });
  it("takes the last review that was given", () => {
    const asked = { ...added, entries: [...added.entries, { ...entry([], [], []), review: "done" as const }] };
    expect(plan("both", asked).review).toBe("done");
    expect(plan("theirs", asked).review).toBeUndefined();
  });
});

describe("alike", () => {
  it("compares numbers to a millionth, and all else exactly", () => {
    expect(alike({ a: [1, { b: 2 }] }, { a: [1 + 1e-9, { b: 2 }] })).toBe(true);
    expect(alike([1, 2], [1, 2.001])).toBe(false);
    expect(alike([1], { 0: 1 })).toBe(false);
    expect(alike({ a: 1 }, { b: 1 })).toBe(false);
    expect(alike(null, {})).toBe(false);
    expect(alike("1", 1)).toBe(false);
  });
});
