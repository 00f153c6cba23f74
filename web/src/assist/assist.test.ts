import { describe, expect, it, vi } from "vitest";
import type { Change, DrawnObject } from "@/draw/objects";
import type { Desk } from "@/routes/annotate/desk";
import type { PartPointer } from "@/routes/annotate/slots";
import { Asker, type Body } from "./asker";
import { Assist, BOX, POINT, POINTS } from "./assist";
import type { Answer, Candidate, Form } from "./words";

vi.stubGlobal("window", { addEventListener: () => undefined, removeEventListener: () => undefined });

const candidate = (side: number, prompt = 0): Candidate => ({
  prompt,
  box: [0, 0, side, side],
  polygon: null,
  rle: { size: [40, 40], counts: `mask ${side}` },
  score: 0.9,
  mask_ref: `ref ${side}`,
});
const drawn = (uid: string, geometry: readonly [number, number, number, number]): DrawnObject => ({
  uid,
  class_id: 1,
  kind: "box",
  geometry,
  attributes: {},
  z: 0,
  locked: false,
  hidden: false,
  score: null,
  source: "person",
});

/** As much of a desk as the assists see, with a server that answers when it is told. */
class Bench {
  image: number | null = 1;
  tool = "select";
  draftClass: number | null = 1;
  classes = [{ id: 1, name: "car" }];
  neighbours = { previous: null, next: 2 };
  readonly there = new Map<number, DrawnObject[]>([[1, []]]);
  readonly said: string[] = [];
  readonly asked: { body: Body; answer: (found: readonly Candidate[]) => void; fail: (error: unknown) => void }[] = [];
  readonly previews: unknown[] = [];
  chosen: readonly DrawnObject[] = [];
  private readonly listeners = new Map<string, (event: never) => void>();
  private timers: (() => void)[] = [];
  readonly failed: unknown[] = [];
  form: Form = "polygon";
  readonly editor = {
    preview: (shape: unknown) => this.previews.push(shape),
    place: () => ({ x: 5, y: 5 }),
    view: () => ({ cursor: null }),
  };
  readonly assist: Assist;

  constructor() {
    const asker = new Asker({
      client: "page",
      now: () => 0,
      cancel: () => Promise.resolve(),
      predict: (body) =>
        new Promise<Answer & { req_id: number }>((resolve, fail) => {
          const answer = (candidates: readonly Candidate[]) =>
            resolve({ candidates, ms: 1, waited_ms: 1, req_id: body.req_id });
          this.asked.push({ body, answer, fail });
        }),
    });
    this.assist = new Assist(this as unknown as Desk, {
      asker,
      choice: () => ({ engine: "auto", ofBox: "box", ofClick: this.form, ahead: true }),
      outline: ({ counts }) => Promise.resolve([[[counts.length, 0, 4, 0, 4, 4]]]),
      fail: (error) => this.failed.push(error),
      announce: (text) => this.said.push(text),
      after: (_, run) => {
        this.timers.push(run);
        return () => (this.timers = this.timers.filter((one) => one !== run));
      },
    });
    this.assist.mount();
  }

  on(kind: string, listener: (event: never) => void): () => void {
    this.listeners.set(kind, listener);
    return () => undefined;
  }
  tell(kind: string, event: unknown): void {
    this.listeners.get(kind)?.(event as never);
  }
  objectsOf(image: number): readonly DrawnObject[] | null {
    return this.there.get(image) ?? null;
  }
  objects(): readonly DrawnObject[] {
    return this.there.get(this.image ?? 0) ?? [];
  }
  selected(): readonly DrawnObject[] {
    return this.chosen;
  }
  say(text: string): void {
    this.said.push(text);
  }
  setTool(name: string): void {
    this.tool = name;
    this.tell("tool", name);
  }
  put(image: number, { put }: Change): void {
    const uids = new Set(put.map(({ uid }) => uid));
    const others = (this.there.get(image) ?? []).filter(({ uid }) => !uids.has(uid));
    this.there.set(image, [...others, ...put]);
  }

  click(more: Partial<PartPointer> = {}): void {
    const pointer = { at: { x: 5, y: 5 }, screen: { x: 0, y: 0 }, button: 0, shift: false, ctrl: false, alt: false };
    this.assist.pointer({ ...pointer, ...more, type: "down" });
    this.assist.pointer({ ...pointer, ...more, type: "up" });
  }
  key(kind: string, double = false): boolean {
    return this.assist.act({ kind } as never, { double, repeat: false });
  }
  async answer(at: number, ...sides: number[]): Promise<void> {
    this.asked[at]?.answer(sides.map((side) => candidate(side)));
    await settled();
  }
  rest(): Promise<void> {
    const due = this.timers;
    this.timers = [];
    for (const run of due) run();
    return settled();
  }
}
const settled = () => new Promise<void>((done) => setTimeout(done));

describe("one click", () => {
  it("makes an object on the picture that it was made in, however far one has gone on", async () => {
    const bench = new Bench();
    bench.key(POINT);
    bench.click();
    bench.tell("left", { image: 1 });
    bench.image = 2;
    bench.there.set(2, []);
    bench.click();
    await bench.answer(1, 9);
    await bench.answer(0, 10);
    expect(bench.there.get(1)?.map(({ kind }) => kind)).toEqual(["polygon"]);
    expect(bench.there.get(2)?.map(({ kind }) => kind)).toEqual(["polygon"]);
  });

  it("shows its pixels at once, and the wheel takes a larger one when it rests", async () => {
    const bench = new Bench();
    bench.form = "mask";
    bench.key(POINT);
    bench.click();
    await bench.answer(0, 10, 20, 6);
    expect(bench.previews).toContainEqual({ kind: "mask", geometry: { size: [40, 40], counts: "mask 10" } });
    expect(bench.assist.wheel(-1, { ctrl: true, shift: false })).toBe(false);
    expect(bench.assist.wheel(-1, { ctrl: false, shift: false })).toBe(true);
    await bench.rest();
    expect(bench.there.get(1)?.map(({ geometry }) => geometry)).toEqual([{ size: [40, 40], counts: "mask 20" }]);
  });

  it("does nothing while assists are paused, without a class, or with Ctrl", () => {
    const bench = new Bench();
    bench.key(POINT);
    bench.key("pause");
    bench.click();
    bench.assist.release({ kind: "pause" });
    bench.click({ ctrl: true });
    bench.draftClass = null;
    bench.click();
    expect(bench.asked).toEqual([]);
    expect(bench.said).toContain("Make a class first");
  });

  it("that is deleted meanwhile does not come back by the wheel", async () => {
    const bench = new Bench();
    bench.key(POINT);
    bench.click();
    await bench.answer(0, 10, 20);
    bench.there.set(1, []);
    bench.assist.wheel(-1, { ctrl: false, shift: false });
    await bench.rest();
    expect(bench.there.get(1)).toEqual([]);
  });
});

describe("several points", () => {
  it("become one object at Enter, also when the newest answer is still under way", async () => {
    const bench = new Bench();
    bench.key(POINTS);
    bench.click();
    await bench.answer(0, 10, 20);
    bench.key("negative");
    bench.click();
    expect(bench.asked[1]?.body.prompts[0]).toEqual({
      points: [
        [5, 5, 1],
        [5, 5, 0],
      ],
      box: null,
      mask_ref: "ref 10",
    });
    expect(bench.there.get(1)).toEqual([]);
    expect(bench.key("submit")).toBe(true);
    await bench.answer(1, 12);
    await bench.answer(2, 14);
    expect(bench.there.get(1)).toHaveLength(1);
    expect(bench.assist.draft).toBeNull();
  });

  it("are taken back one by one, given up by Escape, and gone with the picture", async () => {
    const bench = new Bench();
    bench.key(POINTS);
    bench.click({ alt: true });
    expect(bench.said).toContain("First a point on the object");
    bench.click();
    bench.click({ button: 2 });
    expect(bench.assist.draft?.points.map(({ on }) => on)).toEqual([true, false]);
    bench.key("delete");
    expect(bench.assist.draft?.points).toHaveLength(1);
    bench.key("delete");
    expect(bench.assist.draft).toBeNull();
    bench.click();
    expect(bench.key("escape")).toBe(true);
    expect(bench.key("escape")).toBe(false);
    bench.click();
    bench.tell("left", { image: 1 });
    await bench.answer(bench.asked.length - 1, 10);
    expect(bench.there.get(1)).toEqual([]);
    expect(bench.previews.at(-1)).toBeNull();
  });
});

describe("a rough box", () => {
  it("becomes the tight one, unless somebody has changed it since", async () => {
    const bench = new Bench();
    const [a, b] = [drawn("a", [1, 1, 30, 30]), drawn("b", [2, 2, 30, 30])];
    bench.there.set(1, [a, b]);
    bench.tell("drawn", { image: 1, objects: [a, b], tool: BOX });
    bench.tell("drawn", { image: 1, objects: [a], tool: "box" });
    bench.put(1, { put: [drawn("b", [3, 3, 9, 9])], delete: [] });
    expect(bench.asked.map(({ body }) => body.output)).toEqual(["box", "box"]);
    await bench.answer(0, 20);
    await bench.answer(1, 20);
    const shapes = new Map(bench.there.get(1)?.map(({ uid, geometry }) => [uid, geometry]));
    expect(shapes.get("a")).toEqual([0, 0, 20, 20]);
    expect(shapes.get("b")).toEqual([3, 3, 9, 9]);
  });

  it("stays when the engine fails, which is told", async () => {
    const bench = new Bench();
    const a = drawn("a", [1, 1, 30, 30]);
    bench.there.set(1, [a]);
    bench.tell("drawn", { image: 1, objects: [a], tool: BOX });
    bench.asked[0]?.fail(new Error("it died"));
    await settled();
    expect(bench.failed).toHaveLength(1);
    expect(bench.there.get(1)).toEqual([a]);
  });
});

describe("a tweak", () => {
  it("takes what agrees with the old box, of what is selected", async () => {
    const bench = new Bench();
    const [a, b] = [drawn("a", [0, 0, 20, 20]), drawn("b", [30, 30, 39, 39])];
    bench.there.set(1, [a, b]);
    bench.chosen = [a, b];
    bench.key("tweak");
    bench.asked[0]?.answer([candidate(18, 0), candidate(18, 1)]);
    await settled();
    expect(bench.there.get(1)?.find(({ uid }) => uid === "a")?.geometry).toEqual([0, 0, 18, 18]);
    expect(bench.there.get(1)?.find(({ uid }) => uid === "b")).toEqual(b);
    expect(bench.said).toEqual(["1 of 2 changed"]);
  });

  it("of nothing is a hint; twice, a question", async () => {
    const bench = new Bench();
    bench.there.set(1, [drawn("a", [0, 0, 20, 20])]);
    bench.key("tweak");
    await bench.rest();
    expect(bench.said).toEqual(["Nothing to tweak"]);
    bench.key("tweak");
    bench.key("tweak", true);
    await bench.rest();
    expect(bench.said).toHaveLength(1);
    expect(bench.assist.view.get().question).toEqual({ classId: 1, name: "car", here: 1, image: 1 });
    bench.assist.closeQuestion();
    expect(bench.assist.view.get().question).toBeNull();
  });
});
