import { describe, expect, it } from "vitest";
import { at, box, clicks, committed, context, drag, numbers, object, play } from "../fakes";
import { selectTool } from "./select";

const two = [box("a", 10, 10, 50, 50), box("b", 100, 20, 150, 60)];
const selected = (effects: ReturnType<typeof play>["effects"]) =>
  effects.flatMap((effect) => (effect.do === "select" ? [effect.uids] : []));

describe("selectTool", () => {
  it("selects what is pressed, and nothing on the empty picture", () => {
    expect(selected(play(selectTool, context(two), clicks([20, 20])).effects)).toEqual([["a"]]);
    expect(selected(play(selectTool, context(two, ["a"]), clicks([80, 90])).effects)).toEqual([[]]);
  });
  it("adds and takes away with Shift", () => {
    const press = (x: number, y: number) => [at("down", x, y, { shift: true }), at("up", x, y, { shift: true })];
    expect(selected(play(selectTool, context(two, ["a"]), press(120, 40)).effects)).toEqual([["a", "b"]]);
    expect(selected(play(selectTool, context(two, ["a", "b"]), press(30, 30)).effects)).toEqual([["b"]]);
  });
  it("selects by a rectangle what lies wholly in it", () => {
    expect(selected(play(selectTool, context(two), drag(5, 5, 120, 90)).effects)).toEqual([["a"]]);
    expect(selected(play(selectTool, context(two), drag(199, 99, 2, 2)).effects)).toEqual([["a", "b"]]);
  });
  it("takes the small object on a large one, and the one below with Alt", () => {
    const nest = [box("large", 0, 0, 100, 100), box("small", 40, 40, 60, 60)];
    expect(selected(play(selectTool, context(nest), clicks([50, 50])).effects)).toEqual([["small"]]);
    const below = [at("down", 50, 50, { alt: true }), at("up", 50, 50, { alt: true })];
    expect(selected(play(selectTool, context(nest, ["small"]), below).effects)).toEqual([["large"]]);
  });
  it("moves the whole selection in one step, and holds it in the picture", () => {
    const [commit] = committed(play(selectTool, context(two, ["a", "b"]), drag(30, 30, 130, 35)).effects);
    expect(commit?.label).toBe("Move");
    expect(commit?.put.map((one) => one.geometry)).toEqual([
      [60, 15, 100, 55],
      [150, 25, 200, 65],
    ]);
  });
  it("moves straight with Shift held while it drags", () => {
    const inputs = [
      at("down", 30, 30),
      at("move", 40, 60),
      at("move", 44, 60, { shift: true }),
      at("up", 44, 60, { shift: true }),
    ];
    const [commit] = committed(play(selectTool, context(two, ["a"]), inputs).effects);
    expect(commit?.put[0]?.geometry).toEqual([10, 40, 50, 80]);
  });
  it("resizes by a handle, with the opposite corner in place", () => {
    const [commit] = committed(play(selectTool, context(two, ["a"]), drag(50, 50, 70.5, 80)).effects);
    expect(commit).toMatchObject({ label: "Resize", put: [{ uid: "a", geometry: [10, 10, 70.5, 80] }] });
  });
  it("turns a box over that is dragged through its opposite corner", () => {
    const [commit] = committed(play(selectTool, context(two, ["a"]), drag(50, 50, 4, 4)).effects);
    expect(commit?.put[0]?.geometry).toEqual([4, 4, 10, 10]);
  });
  it("scales several objects by their common box", () => {
    const pair = [box("a", 10, 10, 20, 20), box("b", 30, 30, 50, 50)];
    const [commit] = committed(play(selectTool, context(pair, ["a", "b"]), drag(50, 50, 90, 90)).effects);
    expect(commit?.put.map((one) => one.geometry)).toEqual([
      [10, 10, 30, 30],
      [50, 50, 90, 90],
    ]);
  });
  it("lets the pointer through locked and hidden objects", () => {
    const held = [box("a", 10, 10, 50, 50, { locked: true }), box("b", 10, 10, 60, 60, { hidden: true })];
    expect(selected(play(selectTool, context(held), clicks([30, 30])).effects)).toEqual([[]]);
  });
  it("inserts a vertex at a side's middle, and removes one on a double press", () => {
    const triangle = object("p", { kind: "polygon", geometry: [[[10, 10, 90, 10, 50, 80]]] });
    const [added] = committed(play(selectTool, context([triangle], ["p"]), drag(50, 10, 50, 2)).effects);
    expect(added?.put[0]?.geometry).toEqual([[[10, 10, 50, 2, 90, 10, 50, 80]]]);
    const four = added?.put[0];
    if (!four) throw new Error("nothing was drawn");
    const twice = [at("down", 50, 2, { clicks: 2 }), at("up", 50, 2)];
    const [removed] = committed(play(selectTool, context([four], ["p"]), twice).effects);
    expect(removed?.put[0]?.geometry).toEqual([[[10, 10, 90, 10, 50, 80]]]);
  });
  it("turns an oriented box by its handle, in steps of 15 degrees with Shift", () => {
    const turned = object("o", { kind: "obb", geometry: [100, 50, 40, 20, 0] });
    // The handle is 24 CSS pixels above the upper side.
    const [free] = committed(play(selectTool, context([turned], ["o"]), drag(100, 16, 134, 50)).effects);
    expect(numbers(free?.put[0])[4]).toBeCloseTo(90);
    const [stepped] = committed(
      play(selectTool, context([turned], ["o"]), drag(100, 16, 130, 20, { shift: true })).effects,
    );
    expect(numbers(stepped?.put[0])[4]).toBe(45);
  });
  it("leaves everything as it was after Esc", () => {
    const inputs = [at("down", 30, 30), at("move", 60, 60), { kind: "cancel" } as const, at("up", 60, 60)];
    expect(committed(play(selectTool, context(two, ["a"]), inputs).effects)).toEqual([]);
  });
});
