import { describe, expect, it } from "vitest";
import { ApiError, unreachable } from "@/api/http";
import { applied, type Document, type DrawnObject } from "./objects";
import { DrawOutbox, parseEntry, type Applied, type DrawEvent, type Entry, type Sent } from "./outbox";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

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

/** A server that keeps objects by picture, checks versions, and can be away, lose an answer or fail. */
class FakeServer {
  readonly got: Sent[] = [];
  readonly shelf = new Map<number, Entry>();
  mood: "answers" | "away" | "loses answer" | "fails" | "refuses" | "slow" = "answers";
  room = true;
  /** What the page last knew. */
  seen: readonly DrawnObject[] | null = null;
  private readonly pictures = new Map<number, Document>();
  private timers: (() => void)[] = [];
  private open: (() => void)[] = [];

  picture(id: number): Document {
    const known = this.pictures.get(id);
    if (known) return known;
    const fresh: Document = {
      image_id: id,
      version: 1,
      width: 100,
      height: 100,
      review: "todo",
      note: "",
      objects: [],
    };
    this.pictures.set(id, fresh);
    return fresh;
  }

  /** Somebody draws, on any picture. */
  draw(id: number, objects: readonly DrawnObject[]): void {
    const now = this.picture(id);
    this.pictures.set(id, { ...now, version: now.version + 1, objects });
  }

  readonly ports = {
    send: async (_project: string, changes: readonly Sent[]): Promise<Applied> => {
      if (this.mood === "away") throw unreachable();
      if (this.mood === "fails") throw new ApiError(500, { message: "broken" });
      if (this.mood === "refuses") throw new ApiError(422, { message: "no such class" });
      if (this.mood === "slow") await new Promise<void>((go) => this.open.push(go));
      const stale = changes
        .map((one) => this.picture(one.image_id))
        .filter((now, i) => {
          const wanted = changes[i]?.version ?? null;
          return wanted !== null && wanted !== now.version;
        });
      if (stale.length > 0) throw new ApiError(409, { message: "changed since" }, { current: stale });
      this.got.push(...changes);
      for (const change of changes) this.draw(change.image_id, applied(this.picture(change.image_id).objects, change));
      if (this.mood === "loses answer") throw unreachable();
      return {
        seq: this.got.length,
        images: changes.map(({ image_id }) => ({ id: image_id, version: this.picture(image_id).version })),
      };
    },
    keep: {
      put: (entry: Entry) => {
        if (this.room) this.shelf.set(entry.key, entry);
        return this.room;
      },
      drop: (key: number) => void this.shelf.delete(key),
    },
    after: (_ms: number, run: () => void) => {
      this.timers.push(run);
      return () => void (this.timers = this.timers.filter((other) => other !== run));
    },
    now: () => 5,
    seen: () => this.seen,
  };
  async pass() {
    for (const run of this.timers.splice(0)) run();
    await settled();
  }
  async release() {
    for (const go of this.open.splice(0)) go();
    await settled();
  }
}

const make = () => {
  const server = new FakeServer();
  const outbox = new DrawOutbox(server.ports);
  const events: DrawEvent[] = [];
  outbox.onEvent((event) => events.push(event));
  return { server, outbox, events };
};
const draws = (object: DrawnObject, image = 1, more: Partial<Entry> = {}) => ({
  project: "p",
  image,
  version: 1,
  put: [object],
  delete: [],
  before: [],
  description: "Draw",
  ...more,
});

describe("DrawOutbox", () => {
  it("sends in order, each with the version that its own answer told", async () => {
    const { server, outbox, events } = make();
    outbox.push(draws(box("a")));
    outbox.push(draws(box("b")));
    expect(outbox.pending(1)).toHaveLength(2);
    expect(outbox.saveState).toBe("saving");
    await settled();
    expect(server.got.map((one) => one.version)).toEqual([1, 2]);
    expect(events.map((event) => event.kind)).toEqual(["saved", "saved"]);
    expect([outbox.saveState, outbox.unsent, server.shelf.size]).toEqual(["saved", 0, 0]);
  });

  it("keeps what is drawn during a step back until that is done, and sends it with what the step has told", async () => {
    const { server, outbox } = make();
    outbox.push(draws(box("a")));
    const hold = outbox.hold();
    outbox.push(draws(box("b")));
    await hold.clear;
    await settled();
    expect([server.got.length, outbox.saveState]).toEqual([1, "saving"]);
    server.draw(1, []);
    outbox.learn([{ id: 1, version: 3 }]);
    hold.release();
    await outbox.drained();
    expect(server.got.map((one) => one.version)).toEqual([1, 3]);
    expect(outbox.conflicts()).toEqual([]);
  });

  it("keeps what is drawn while the server is away, each entry for itself, and sends it when it is back", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push(draws(box("a")));
    outbox.push(draws(box("b"), 2));
    await settled();
    expect([outbox.saveState, server.shelf.size]).toEqual(["offline", 2]);
    server.mood = "answers";
    await server.pass();
    expect([outbox.saveState, server.got.length, server.shelf.size]).toEqual(["saved", 2, 0]);
  });

  it("sends after a reload what could not be sent before", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push(draws(box("a")));
    await settled();
    server.mood = "answers";
    const next = new DrawOutbox(server.ports);
    next.adopt([...server.shelf.values()]);
    await settled();
    expect(server.picture(1).objects).toEqual([box("a")]);
  });

  it("takes a lost answer for what it was: saved", async () => {
    const { server, outbox, events } = make();
    server.mood = "loses answer";
    outbox.push(draws(box("a")));
    await settled();
    server.mood = "answers";
    await server.pass();
    expect(events).toMatchObject([{ kind: "saved", version: 2 }]);
    outbox.push(draws(box("b")));
    await settled();
    expect(server.picture(1).objects.map(({ uid }) => uid)).toEqual(["a", "b"]);
  });

  it("goes on by itself where only the class of the picture has changed", async () => {
    const { server, outbox, events } = make();
    server.seen = [];
    server.draw(1, []);
    outbox.push(draws(box("a")));
    await settled();
    expect(events.map((event) => event.kind)).toEqual(["saved"]);
    expect(server.got[0]?.version).toBe(2);
  });

  it("holds a picture back that somebody else has drawn in, and sends the others", async () => {
    const { server, outbox, events } = make();
    server.seen = [];
    server.draw(1, [box("x", 50)]);
    outbox.push(draws(box("a")));
    outbox.push(draws(box("b"), 2));
    await settled();
    expect(events.map((event) => event.kind)).toEqual(["conflict", "saved"]);
    expect(outbox.conflicts()).toEqual([1]);
    expect(outbox.conflict(1)?.mine).toEqual([box("a")]);
    expect([outbox.saveState, outbox.unsent, server.shelf.size]).toEqual(["saved", 1, 1]);
  });

  it.each([
    ["mine", ["a"]],
    ["theirs", ["x"]],
    ["both", ["x", "a"]],
  ] as const)("carries out the choice of %s", async (way, left) => {
    const { server, outbox } = make();
    server.seen = [];
    server.draw(1, [box("x", 50)]);
    outbox.push(draws(box("a")));
    await settled();
    outbox.resolve(1, way);
    await settled();
    expect(server.picture(1).objects.map(({ uid }) => uid)).toEqual(left);
    expect([outbox.conflicts(), outbox.unsent, server.shelf.size]).toEqual([[], 0, 0]);
  });

  it("undoes an unsent entry by not sending it, and gives its way back", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push(draws(box("a")));
    await settled();
    expect(outbox.newest("p")).toBe(5);
    expect(outbox.newest("q")).toBeNull();
    expect(outbox.withdraw("p")?.put[0]?.uid).toBe("a");
    expect([outbox.withdraw("p"), server.shelf.size]).toEqual([null, 0]);
  });

  it("does not take back what is on its way", async () => {
    const { server, outbox } = make();
    server.mood = "slow";
    outbox.push(draws(box("a")));
    expect(outbox.withdraw("p")).toBeNull();
    const drained = outbox.drained();
    await server.release();
    await drained;
    expect(outbox.saveState).toBe("saved");
  });

  it("tries an inner error a few times, and gives up only then", async () => {
    const { server, outbox, events } = make();
    server.mood = "fails";
    outbox.push(draws(box("a")));
    await settled();
    for (let i = 0; i < 5; i++) await server.pass();
    expect(events.map((event) => event.kind)).toEqual(["refused"]);
  });

  it("takes what is refused back and tells of it", async () => {
    const { server, outbox, events } = make();
    server.mood = "refuses";
    outbox.push(draws(box("a")));
    await settled();
    expect(events).toMatchObject([{ kind: "refused", error: { status: 422 } }]);
    expect([outbox.unsent, server.shelf.size]).toEqual([0, 0]);
  });

  it("says when closing the page would lose something", () => {
    const { server, outbox } = make();
    server.mood = "away";
    server.room = false;
    outbox.push(draws(box("a")));
    expect(outbox.fragile).toBe(true);
  });
});

describe("parseEntry", () => {
  it("leaves out what is not an entry", () => {
    expect(parseEntry(JSON.stringify(draws(box("a"))))?.image).toBe(1);
    expect(parseEntry("{")).toBeNull();
    expect(parseEntry('{"project":"p"}')).toBeNull();
    expect(parseEntry(null)).toBeNull();
  });
});
