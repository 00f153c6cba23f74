import { describe, expect, it } from "vitest";
import type { Document, DrawnObject } from "@/draw/objects";
import type { Entry } from "@/draw/outbox";
import { Editor } from "@/editor";
import { box } from "@/editor/fakes";
import { looks } from "@/label/look";
import { Desk } from "./desk";

const canvas = () =>
  ({ width: 0, height: 0, style: { cursor: "" }, getContext: () => null }) as unknown as HTMLCanvasElement;
const classes = looks(
  [1, 2, 3].map((id) => ({ id, name: `c${id}`, colour: "#123456", hotkey: String(id), position: id, count: 0 })),
);
const document = (image: number, objects: readonly DrawnObject[] = []): Document => ({
  image_id: image,
  version: 4,
  width: 400,
  height: 300,
  review: "todo",
  note: "",
  objects,
});

function unnamed(...near: Document[]) {
  const pushed: Omit<Entry, "key" | "at">[] = [];
  const find = (image: number) => near.find((one) => one.image_id === image) ?? null;
  const desk = new Desk("p", {
    outbox: { push: (entry) => pushed.push(entry) },
    documents: { peek: find, shown: find },
    joined: [{ name: "assist", title: "Assist", action: "boxAssist", icon: () => null, beneath: "box" }],
    say: () => undefined,
  });
  const editor = new Editor({
    still: canvas(),
    active: canvas(),
    picture: null,
    onCommand: desk.commit,
    onChange: (what) => desk.heard(what),
    now: () => 0,
    frame: () => undefined,
  });
  editor.resize(448, 348);
  desk.attach(editor);
  const drag = (x1: number, y1: number, x2: number, y2: number) => {
    const keys = { button: 0, shift: false, ctrl: false, alt: false, clicks: 1 };
    for (const [type, x, y] of [
      ["down", x1, y1],
      ["move", x2, y2],
      ["up", x2, y2],
    ] as const)
      editor.pointer({ type, ...editor.toScreen({ x, y }), ...keys });
  };
  return { desk, editor, pushed, drag };
}

function make(...near: Document[]) {
  const made = unnamed(...near);
  made.desk.setClasses(classes);
  return made;
}

describe("Desk", () => {
  it("sends what is drawn with the version that was seen, and begins the work on the picture", () => {
    const { desk, pushed, drag } = make(document(7));
    const drawn: string[] = [];
    desk.on("drawn", ({ image, tool, objects }) => drawn.push(`${image} ${tool} ${objects.length}`));
    desk.open(document(7));
    desk.setDraftClass(2);
    desk.setTool("box");
    drag(10, 10, 60, 50);
    expect(pushed).toMatchObject([{ project: "p", image: 7, version: 4, put: [{ class_id: 2 }], before: [] }]);
    expect(desk.document?.review).toBe("in_progress");
    expect(drawn).toEqual(["7 box 1"]);
  });

  it("is ready once it is known which classes there are", () => {
    const { desk } = unnamed();
    desk.open(document(7));
    expect(desk.ready).toBe(false);
    desk.setClasses(classes);
    expect(desk.ready).toBe(true);
  });

  it("draws in no picture while the next one is on its way", () => {
    const { desk, pushed, drag } = make();
    desk.open(document(7, [box("a", 0, 0, 50, 50)]));
    desk.setTool("box");
    desk.close();
    expect(desk.ready).toBe(false);
    drag(100, 100, 160, 150);
    expect(desk.act({ kind: "paste" })).toBe(false);
    expect([pushed, desk.objects()]).toEqual([[], []]);
    desk.open(document(8));
    drag(100, 100, 160, 150);
    expect(pushed.map(({ image }) => image)).toEqual([8]);
  });

  it("lands a change on the picture that it was made for, however far one has gone", () => {
    const { desk, pushed } = make(document(7, [box("a", 0, 0, 50, 50)]));
    desk.open(document(8));
    desk.put(7, { put: [box("a", 1, 1, 9, 9), box("b", 5, 5, 9, 9)], delete: [] }, "Refine");
    expect(pushed).toMatchObject([{ image: 7, version: 4, before: [{ uid: "a", geometry: [0, 0, 50, 50] }] }]);
    expect(desk.objects()).toEqual([]);
  });

  it("gives the class in hand to what is selected, and steps round through the classes", () => {
    const { desk, pushed } = make(document(7));
    desk.open(document(7, [box("a", 0, 0, 50, 50)]));
    desk.pick("a", false);
    desk.stepClass(-1);
    expect(desk.draftClass).toBe(3);
    expect(pushed.at(-1)?.put).toMatchObject([{ uid: "a", class_id: 3 }]);
    desk.pick("a", true);
    expect(desk.selection()).toEqual([]);
  });

  it("takes the editor's tool beneath one of its own or a part's", () => {
    const { desk, editor } = make();
    for (const [name, beneath] of [
      ["eraser", "brush"],
      ["assist", "box"],
      ["polygon", "polygon"],
      ["?", "select"],
    ]) {
      desk.setTool(name ?? "");
      expect([desk.tool, editor.tool()]).toEqual([name, beneath]);
    }
    desk.setTool("eraser");
    expect(editor.settings.erase).toBe(true);
  });

  it("copies what is selected, or all, into the next picture under new names", () => {
    const mask: DrawnObject = { ...box("m", 0, 0, 1, 1), kind: "mask", geometry: { size: [300, 400], counts: "0" } };
    const { desk, pushed } = make(document(8));
    desk.open(document(7, [box("a", 0, 0, 50, 50, { locked: true }), box("b", 9, 9, 50, 50), mask]));
    expect(desk.copyTo(8, { width: 640, height: 480 })).toBe(2);
    expect(desk.copyTo(8, { width: 400, height: 300 })).toBe(3);
    desk.pick("a", false);
    expect(desk.copyTo(8, { width: 400, height: 300 })).toBe(1);
    const [copy] = pushed.at(-1)?.put ?? [];
    expect([copy?.uid === "a", copy?.locked, pushed.at(-1)?.image]).toEqual([false, false, 8]);
  });

  it("marks how far a picture is once, with the reason", () => {
    const { desk, pushed } = make(document(7));
    desk.open(document(7));
    desk.review("rejected", "too loose");
    desk.review("rejected", "too loose");
    expect(pushed).toMatchObject([{ review: "rejected", note: "too loose", put: [], delete: [] }]);
    expect(desk.document).toMatchObject({ review: "rejected", note: "too loose" });
  });

  it("forgets a class that is gone", () => {
    const { desk } = make();
    desk.setDraftClass(3);
    desk.setClasses(classes.slice(0, 2));
    expect(desk.draftClass).toBe(1);
    desk.setClasses([]);
    expect(desk.draftClass).toBeNull();
  });
});
