import { describe, expect, it } from "vitest";
import { box, desk, numbers, object } from "./fakes";

describe("Editor", () => {
  it("draws a box, hands the command on, takes it back and does it again", () => {
    const { editor, commands, drag, press } = desk();
    editor.setTool("box");
    drag(10, 20, 110, 80);
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatchObject({ image: 7, label: "Draw a box", delete: [], before: [] });
    const [drawn] = editor.objects();
    press("Ctrl+z");
    expect(editor.objects()).toEqual([]);
    expect(commands[1]).toMatchObject({ put: [], delete: [drawn?.uid] });
    press("Ctrl+Shift+z");
    expect(editor.objects()).toEqual([drawn]);
  });
  it("puts back exactly what was there", () => {
    const { editor, commands, drag, press } = desk([box("a", 10, 10, 60, 60)]);
    drag(30, 30, 80, 90);
    expect(editor.objects()[0]?.geometry).toEqual([60, 70, 110, 120]);
    press("Ctrl+z");
    expect(editor.objects()).toEqual([box("a", 10, 10, 60, 60)]);
    expect(commands.at(-1)).toMatchObject({ put: [{ uid: "a" }], delete: [] });
  });
  it("draws wholly by keys: a cursor, a press, and Enter", () => {
    const { editor, commands, press } = desk();
    press("b");
    press("Shift+ArrowRight");
    const start = editor.view().cursor;
    expect(start).not.toBeNull();
    press(" ");
    expect(editor.view().drawing).toBe("box");
    press("Ctrl+Shift+ArrowRight");
    press("Ctrl+Shift+ArrowDown");
    press("Enter");
    expect(commands).toHaveLength(1);
    const [x1, y1, x2, y2] = numbers(editor.objects()[0]);
    expect([x1, y1]).toEqual([start?.x, start?.y]);
    expect([(x2 ?? 0) - (x1 ?? 0), (y2 ?? 0) - (y1 ?? 0)]).toEqual([24, 24]);
  });
  it("selects, nudges and resizes by keys", () => {
    const { editor, press } = desk([box("low", 10, 100, 60, 160), box("top", 10, 10, 60, 60)]);
    press("n");
    expect(editor.selection()).toEqual(["top"]);
    press("n");
    expect(editor.selection()).toEqual(["low"]);
    press("Shift+ArrowRight");
    press("Alt+ArrowDown");
    expect(editor.object("low")?.geometry).toEqual([11, 100, 61, 161]);
    press("h");
    expect(editor.view().handle).toBe("nw");
    press("Shift+ArrowLeft");
    expect(editor.object("low")?.geometry).toEqual([10, 100, 61, 161]);
  });
  it("pastes into the next picture, at the same place", () => {
    const { editor, commands, press } = desk([box("a", 10, 10, 60, 60)]);
    editor.select(["a"]);
    press("Ctrl+c");
    editor.setPicture(8, 400, 300);
    press("Ctrl+v");
    expect(commands.at(-1)?.image).toBe(8);
    expect(editor.objects()).toMatchObject([{ geometry: [10, 10, 60, 60], class_id: 1 }]);
    press("Ctrl+v");
    expect(new Set(editor.objects().map((one) => one.uid)).size).toBe(2);
  });
  it("keeps what is locked", () => {
    const { editor, commands, press } = desk([box("a", 10, 10, 60, 60, { locked: true })]);
    editor.select(["a"]);
    press("Delete");
    press("Shift+ArrowLeft");
    expect(commands).toEqual([]);
    expect(editor.view().says).toMatch(/locked/);
  });
  it("gives a class to what is selected, and to what is drawn next", () => {
    const { editor, commands } = desk([box("a", 10, 10, 60, 60)]);
    editor.select(["a"]);
    editor.classify(2);
    expect(commands.at(-1)).toMatchObject({ put: [{ uid: "a", class_id: 2 }] });
    expect(editor.draftClass).toBe(2);
  });
  it("changes the order of layers by changing as few objects as can be", () => {
    const { editor, commands, press } = desk([box("a", 0, 0, 9, 9), box("b", 0, 0, 9, 9), box("c", 0, 0, 9, 9)]);
    const order = () => editor.objects().map((one) => one.uid);
    editor.select(["a"]);
    press("}");
    expect(order()).toEqual(["b", "c", "a"]);
    expect(commands.at(-1)?.put).toHaveLength(1);
    press("[");
    expect(order()).toEqual(["b", "a", "c"]);
    editor.select(["c"]);
    press("{");
    expect(order()).toEqual(["c", "b", "a"]);
  });
  it("selects with Ctrl held while another tool is at hand", () => {
    const { editor, commands, drag } = desk([box("a", 10, 10, 60, 60)]);
    editor.setTool("box");
    drag(30, 30, 31, 31, { ctrl: true });
    expect(editor.selection()).toEqual(["a"]);
    expect(commands).toEqual([]);
    expect(editor.tool()).toBe("box");
  });
  it("zooms at the pointer", () => {
    const { editor } = desk();
    const before = editor.toImage({ x: 100, y: 50 });
    editor.wheel({ x: 100, y: 50, deltaX: 0, deltaY: -200, shift: false, ctrl: false, alt: false });
    expect(editor.view().zoom).toBeGreaterThan(1);
    expect(editor.toImage({ x: 100, y: 50 }).x).toBeCloseTo(before.x);
  });
  it("hides and shows", () => {
    const { editor, press, click } = desk([box("a", 10, 10, 60, 60)]);
    editor.select(["a"]);
    press(";");
    click(30, 30);
    expect(editor.selection()).toEqual([]);
    press(":");
    click(30, 30);
    expect(editor.selection()).toEqual(["a"]);
  });
  it("gives the same view until something changes", () => {
    const { editor, press } = desk([box("a", 10, 10, 60, 60)]);
    const view = editor.view();
    expect(editor.view()).toBe(view);
    press("n");
    expect(editor.view()).not.toBe(view);
  });
  it("zooms by two fingers, and gives up what one had begun", () => {
    const { editor, commands, point } = desk([box("a", 10, 10, 60, 60)]);
    point("down", 30, 30);
    point("move", 80, 80);
    const before = editor.toImage({ x: 100, y: 100 });
    editor.pinch({ x: 100, y: 100 }, { x: 120, y: 90 }, 2);
    point("up", 80, 80);
    expect(commands).toEqual([]);
    expect(editor.view().zoom).toBe(2);
    expect(editor.toImage({ x: 120, y: 90 }).x).toBeCloseTo(before.x);
  });
  it("finds the suggestion under the pointer", () => {
    const { editor } = desk();
    editor.setGhosts([box("large", 0, 0, 200, 200), box("small", 20, 20, 60, 60)]);
    expect(editor.ghostAt(editor.toScreen({ x: 40, y: 40 }))?.uid).toBe("small");
    expect(editor.ghostAt(editor.toScreen({ x: 300, y: 40 }))).toBeNull();
  });
  it("says in words what the keyboard is about to move", () => {
    const polygon = [
      object("p", {
        kind: "polygon",
        geometry: [
          [
            [0, 0, 90, 0, 90, 90],
            [40, 10, 80, 10, 80, 50],
          ],
        ],
      }),
    ];
    const { editor, press } = desk(polygon);
    press("n");
    expect(editor.view().says).toMatch(/^polygon of 6 points/);
    press("h");
    expect(editor.view().says).toBe("vertex 1 at 0, 0");
    press("Shift+h");
    expect(editor.view().says).toMatch(/^middle after vertex 3 of hole 1/);
  });
  it("moves by keys a vertex, and removes it", () => {
    const { editor, press } = desk([object("p", { kind: "polygon", geometry: [[[10, 10, 90, 10, 90, 90, 10, 90]]] })]);
    press("n");
    press("h");
    press("Shift+ArrowRight");
    expect(editor.objects()[0]?.geometry).toEqual([[[11, 10, 90, 10, 90, 90, 10, 90]]]);
    press("Delete");
    expect(editor.objects()[0]?.geometry).toEqual([[[90, 10, 90, 90, 10, 90]]]);
  });
  it("turns by keys, an upright box into an oriented one", () => {
    const { editor, press } = desk([box("a", 10, 10, 60, 60)]);
    press("n");
    press("r");
    expect(editor.objects()[0]).toMatchObject({ kind: "obb", geometry: [35, 35, 50, 50, 5] });
    for (let at = 0; at < 9; at++) press("h");
    expect(editor.view().handle).toBe("turn");
    press("Shift+ArrowLeft");
    expect(editor.objects()[0]?.geometry).toEqual([35, 35, 50, 50, 4]);
  });
  it("draws a polygon and cuts it, by keys alone", () => {
    const { editor, press } = desk();
    press("p");
    for (const way of ["Right", "Down", "Left"]) {
      press(`Ctrl+Shift+Arrow${way}`);
      press(" ");
    }
    expect(editor.view()).toMatchObject({ drawing: "polygon", points: 3 });
    press("Backspace");
    expect(editor.view().points).toBe(2);
    press("Ctrl+Shift+ArrowLeft");
    press(" ");
    press("Enter");
    expect(editor.objects()).toMatchObject([{ kind: "polygon" }]);
    expect(editor.view().drawing).toBeNull();
  });
  it("sets keypoints by keys: seen ones, hidden ones, and one that is left out", () => {
    const { editor, press } = desk();
    editor.setDraftClass(2);
    press("j");
    press("Shift+ArrowRight");
    press(" ");
    press("Ctrl+Shift+ArrowDown");
    press("Shift+ ");
    press("/");
    const [posed] = editor.objects();
    expect(posed?.kind === "keypoints" && posed.geometry.map(([, , seen]) => seen)).toEqual([2, 1, 0]);
  });
  it("paints a mask by keys", () => {
    const { editor, press } = desk();
    press("k");
    press("Shift+ArrowRight");
    press(" ");
    expect(editor.objects()).toMatchObject([{ kind: "mask" }]);
    press("e");
    expect(editor.settings.erase).toBe(true);
    press(".");
    expect(editor.settings.brush).toBeGreaterThan(24);
  });
});
