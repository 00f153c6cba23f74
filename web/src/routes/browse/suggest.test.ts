import { describe, expect, it } from "vitest";
import type { Item } from "@/api/types";
import { give, looks, skip } from "@/label/look";
import { accepted, rejecting, tally } from "./suggest";

const item = (id: number, said: Partial<Item> = {}): Item =>
  ({ id, version: id * 10, status: "unlabelled", class_id: null, predicted: 1, ...said }) as Item;
const none = () => undefined;
const two = looks(
  ["cat", "dog"].map((name, i) => ({ id: i + 1, name, colour: "#123456", hotkey: null, position: 0, count: 0 })),
);

describe("accepting", () => {
  it("gives each picture the class that is suggested for it, in one act", () => {
    const { images, classes } = accepted([item(5), item(6, { predicted: 2 }), item(7)], none, new Set(), "certain");
    expect(images).toEqual([
      { id: 5, version: 50, mark: give(1) },
      { id: 6, version: 60, mark: give(2) },
      { id: 7, version: 70, mark: give(1) },
    ]);
    expect(tally(classes, two)).toBe("“cat” 2, “dog” 1");
  });
  it("leaves out what has no suggestion, a wrong one, or a word of a person", () => {
    const items = [item(1, { predicted: null }), item(2), item(3, { status: "labelled", class_id: 2 }), item(4)];
    const { images } = accepted(items, (id) => (id === 4 ? skip : undefined), new Set([2]), "certain");
    expect(images).toEqual([]);
  });
  it("sets a label right where labels are in doubt", () => {
    const doubted = item(3, { status: "labelled", class_id: 2 });
    expect(accepted([doubted], none, new Set(), "mistakes").images).toEqual([{ id: 3, version: 30, mark: give(1) }]);
    const fine = item(3, { status: "labelled", class_id: 1 });
    expect(accepted([fine], none, new Set(), "mistakes").images).toEqual([]);
  });
});

it("takes a rejection back by rejecting again", () => {
  const once = rejecting(new Set([9]), [1, 2]);
  expect([...once]).toEqual([9, 1, 2]);
  expect([...rejecting(once, [2, 3])]).toEqual([9, 1, 2, 3]);
  expect([...rejecting(once, [1, 2])]).toEqual([9]);
});
