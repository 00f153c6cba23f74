import { describe, expect, it } from "vitest";
import { at, clicks, committed, context, drag, play } from "../fakes";
import { boxTool } from "./box";

const boxes = (inputs: Parameters<typeof play>[2], on = context()) =>
  committed(play(boxTool, on, inputs).effects).map(({ put }) => put[0]?.geometry);

describe("boxTool", () => {
  it("makes one box of one drag, whichever the direction", () => {
    expect(boxes(drag(50, 40, 10.5, 20.25))).toEqual([[10.5, 20.25, 50, 40]]);
  });
  it("makes a box of two presses", () => {
    expect(boxes(clicks([10, 20], [50, 40]))).toEqual([[10, 20, 50, 40]]);
  });
  it("makes a square with Shift, and a box about its first point with Alt", () => {
    expect(boxes(drag(10, 20, 50, 30, { shift: true }))).toEqual([[10, 20, 50, 60]]);
    expect(boxes(drag(50, 50, 60, 55, { alt: true }))).toEqual([[40, 45, 60, 55]]);
  });
  it("stays in the picture", () => {
    expect(boxes(drag(-30, 90, 300, 300))).toEqual([[0, 90, 200, 100]]);
  });
  it("keeps nothing after Esc, and nothing without area", () => {
    expect(boxes([at("down", 1, 1), at("move", 9, 9), { kind: "cancel" }, at("up", 9, 9)])).toEqual([]);
    expect(boxes(drag(10, 20, 10, 60))).toEqual([]);
  });
  it("is finished by Enter at the place where the cursor is", () => {
    expect(boxes([...clicks([10, 20]), at("move", 30, 60), { kind: "finish" }])).toEqual([[10, 20, 30, 60]]);
  });
  it("gives the class that is drawn next, and selects what it drew", () => {
    const [commit] = committed(play(boxTool, context(), drag(1, 1, 20, 20)).effects);
    expect(commit?.put[0]).toMatchObject({ class_id: 1, kind: "box", source: "person" });
    expect(commit?.select).toEqual([commit?.put[0]?.uid]);
  });
});
