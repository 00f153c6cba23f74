import { describe, expect, it } from "vitest";
import type { AutoClassStatus, NamedBox, NamedBoxes } from "@/api/types";
import type { Change, DrawnObject } from "@/draw/objects";
import { box } from "@/editor/fakes";
import type { Desk } from "@/routes/annotate/desk";
import { AutoClass, LABEL } from "./autoClass";

const GUARD = { min_prob: 0.5, margin: 0.2, bg_margin: 0.1 };
const READY: AutoClassStatus = {
  head: "heads",
  ready: true,
  why: "",
  hint: "",
  encoder: "hog",
  classes: ["car", "bus"],
  unknown: [],
  untaught: [],
  guard: GUARD,
};
const NAMES = ["", "car", "bus", "tram"];
const PRESS = { repeat: false };

/** The classes in their order, the first taken or not. */
const named = (taken: boolean, ...ids: (number | null)[]): NamedBox => ({
  uid: null,
  box: [0, 0, 9, 9],
  class: NAMES[ids[0] ?? 3] ?? "",
  class_id: taken ? (ids[0] ?? null) : null,
  p: 0.9,
  margin: 0.8,
  top: ids.map((id) => ({ class: NAMES[id ?? 3] ?? "", p: 0.3, class_id: id })),
  accepted: taken,
  why: "because",
});

/** As much of a desk as auto class sees, with a server that answers when it is told. */
class Bench {
  image: number | null = 1;
  ahead = false;
  readonly document = { image_id: 1, width: 40, height: 30 };
  status = READY;
  readonly there = new Map<number, DrawnObject[]>();
  readonly said: string[] = [];
  readonly labels: string[] = [];
  readonly busy = new Set<string>();
  readonly kept: boolean[] = [];
  readonly asked: { boxes: number; answer: (...found: NamedBox[]) => void; fail: (error: Error) => void }[] = [];
  readonly auto: AutoClass;
  private readonly listeners = new Map<string, (event: never) => void>();
  private timers: (() => void)[] = [];

  constructor(on = true) {
    const classify = (_: number, boxes: readonly unknown[]) =>
      new Promise<NamedBoxes>((resolve, fail) => {
        const answer = (...found: NamedBox[]) => resolve({ head: "heads", guard: GUARD, boxes: found, ms: 1 });
        this.asked.push({ boxes: boxes.length, answer, fail });
      });
    this.auto = new AutoClass(
      this as unknown as Desk,
      {
        classify,
        status: () => Promise.resolve(this.status),
        busy: (uid) => this.busy.has(uid),
        ahead: () => this.ahead,
        keep: (now) => this.kept.push(now),
        announce: (text) => this.said.push(text),
        after: (_, run) => {
          this.timers.push(run);
          return () => (this.timers = this.timers.filter((one) => one !== run));
        },
      },
      on,
    );
    this.auto.mount();
  }

  on(kind: string, listener: (event: never) => void): () => void {
    this.listeners.set(kind, listener);
    return () => undefined;
  }
  private tell(kind: string, event: unknown): void {
    this.listeners.get(kind)?.(event as never);
  }
  objectsOf(image: number): readonly DrawnObject[] | null {
    return this.there.get(image) ?? null;
  }
  open(): void {
    this.tell("image", this.document);
  }
  say(text: string, hint: string): void {
    this.said.push(`${text}: ${hint}`);
  }
  put(image: number, change: Change, label: string): void {
    const uids = new Set(change.put.map(({ uid }) => uid));
    const others = (this.there.get(image) ?? []).filter(({ uid }) => !uids.has(uid));
    this.there.set(image, [...others, ...change.put]);
    this.labels.push(label);
    this.tell("changed", { image, change, label });
  }

  draw(...objects: DrawnObject[]): void {
    this.put(1, { put: objects, delete: [] }, "Draw a box");
    this.tell("drawn", { image: 1, objects, tool: "box" });
  }
  elapse(): void {
    const due = this.timers;
    this.timers = [];
    due.forEach((run) => run());
  }
  async answer(...found: NamedBox[]): Promise<void> {
    this.asked.at(-1)?.answer(...found);
    await settled();
  }
  classOf(uid: string): number | undefined {
    return this.there.get(1)?.find((one) => one.uid === uid)?.class_id;
  }
  get choice() {
    return this.auto.view.get().choice;
  }
}

const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};
const car = box("a", 0, 0, 9, 9);

describe("auto class", () => {
  it("gives what is drawn the class that the head is sure of, as a step of its own", async () => {
    const bench = new Bench();
    bench.draw(car);
    bench.elapse();
    await bench.answer(named(true, 2, 1));
    expect(bench.classOf("a")).toBe(2);
    expect(bench.labels).toEqual(["Draw a box", LABEL]);
  });

  it("asks nothing while it is off, and of no point", () => {
    const off = new Bench(false);
    off.draw(car);
    off.elapse();
    const on = new Bench();
    on.draw({ ...car, kind: "point", geometry: [3, 3] });
    on.elapse();
    expect([off.asked, on.asked]).toEqual([[], []]);
  });

  it("waits for the assist that still works on a shape, and asks once", async () => {
    const bench = new Bench();
    bench.busy.add("a");
    bench.draw(car);
    bench.elapse();
    expect(bench.asked).toHaveLength(0);
    bench.busy.delete("a");
    bench.put(1, { put: [box("a", 1, 1, 8, 8)], delete: [] }, "Box assist");
    bench.elapse();
    expect(bench.asked).toHaveLength(1);
    await bench.answer(named(true, 2));
    expect(bench.classOf("a")).toBe(2);
  });

  it("offers the likeliest classes where it is not sure, by key or not at all", async () => {
    const bench = new Bench();
    bench.draw(car);
    bench.elapse();
    await bench.answer(named(false, 2, null, 1));
    expect(bench.choice?.top.map((one) => one.class)).toEqual(["bus", "car"]);
    expect(bench.auto.act({ kind: "hotkey", key: "3" }, PRESS)).toBe(false);
    expect(bench.auto.act({ kind: "hotkey", key: "1" }, PRESS)).toBe(true);
    expect([bench.classOf("a"), bench.choice]).toEqual([2, null]);
    expect(bench.auto.act({ kind: "escape" }, PRESS)).toBe(false);
  });

  it("does not ask about what the person has said already", async () => {
    const bench = new Bench();
    bench.draw(car);
    bench.elapse();
    await bench.answer(named(false, 1, 2));
    expect(bench.choice).toBeNull();
  });

  it("offers nothing where no class is likely", async () => {
    const bench = new Bench();
    bench.draw(car);
    bench.elapse();
    const { top, ...said } = named(false, 2, 1);
    await bench.answer({ ...said, top: top.map((one) => ({ ...one, p: 0.01 })) });
    expect(bench.choice).toBeNull();
  });

  it("takes the choice away when somebody draws on, or changes the object", async () => {
    const bench = new Bench();
    const offer = async () => {
      bench.draw(car);
      bench.elapse();
      await bench.answer(named(false, 2, 1));
      expect(bench.choice).not.toBeNull();
    };
    await offer();
    bench.auto.pointer({ type: "down", button: 0 } as never);
    expect(bench.choice).toBeNull();
    await offer();
    bench.put(1, { put: [{ ...car, class_id: 3 }], delete: [] }, "Change the class");
    expect(bench.choice).toBeNull();
  });

  it("never overrules a person", async () => {
    const bench = new Bench();
    bench.draw(car);
    bench.elapse();
    bench.put(1, { put: [{ ...car, class_id: 3 }], delete: [] }, "Change the class");
    await bench.answer(named(true, 2));
    bench.put(1, { put: [{ ...box("a", 1, 1, 5, 5), class_id: 3 }], delete: [] }, "Tweak");
    bench.elapse();
    expect([bench.classOf("a"), bench.asked.length]).toEqual([3, 1]);
  });

  it("names many that were tweaked in one question, without asking about each", async () => {
    const bench = new Bench();
    bench.put(1, { put: [car, box("b", 9, 9, 20, 20)], delete: [] }, "Tweak all of car");
    bench.elapse();
    expect(bench.asked.map(({ boxes }) => boxes)).toEqual([2]);
    await bench.answer(named(true, 2), named(false, 2, 1));
    expect([bench.classOf("a"), bench.classOf("b"), bench.choice]).toEqual([2, 1, null]);
  });

  it("looks at a picture that somebody rests on, once and only while it is on", () => {
    const bench = new Bench();
    bench.open();
    bench.elapse();
    expect(bench.asked).toHaveLength(0);
    bench.ahead = true;
    bench.open();
    bench.open();
    bench.elapse();
    expect(bench.asked.map(({ boxes }) => boxes)).toEqual([1]);
    const off = new Bench(false);
    off.ahead = true;
    off.open();
    off.elapse();
    expect(off.asked).toHaveLength(0);
  });

  it("stays off, and says why, while no head can be used", async () => {
    const bench = new Bench(false);
    bench.status = { ...READY, ready: false, why: "it is gone" };
    bench.auto.act({ kind: "autoClass" }, PRESS);
    await settled();
    expect(bench.said).toEqual(["No auto class yet: It is gone"]);
    bench.status = READY;
    await bench.auto.toggle();
    await bench.auto.toggle();
    expect(bench.kept).toEqual([true, false]);
  });

  it("goes off when its head is gone, and stays on when only one answer failed", async () => {
    const bench = new Bench();
    const fail = async () => {
      bench.draw(car);
      bench.elapse();
      bench.asked.at(-1)?.fail(new Error("no answer"));
      await settled();
    };
    await fail();
    expect(bench.auto.view.get()).toMatchObject({ on: true, last: "no answer" });
    bench.status = { ...READY, ready: false, why: "the encoder has changed" };
    await fail();
    expect(bench.auto.view.get().on).toBe(false);
    expect(bench.said.at(-1)).toBe("Auto class is off: The encoder has changed");
  });
});
