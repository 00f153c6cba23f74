import { describe, expect, it } from "vitest";
import { Documents } from "./documents";
import type { Document, DrawnObject } from "./objects";
import type { DrawEvent, Entry } from "./outbox";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const point = (uid: string): DrawnObject => ({
  uid,
  kind: "point",
  geometry: [1, 2],
  class_id: 1,
  attributes: {},
  z: 0,
  locked: false,
  hidden: false,
  score: null,
  source: "person",
});
const entry = (image: number, put: DrawnObject[]) => ({ image, put, delete: [], before: [] }) as unknown as Entry;

function make(keep = 12) {
  const there = new Map<number, Document>();
  const asked: number[] = [];
  const pending = new Map<number, Entry[]>();
  let tell: (event: DrawEvent) => void = () => undefined;
  const world = { away: false };
  const documents = new Documents({
    keep,
    load: (image) => {
      asked.push(image);
      if (world.away) return Promise.reject(new Error("away"));
      const base = { image_id: image, version: 1, width: 9, height: 9, review: "todo" as const, note: "", objects: [] };
      return Promise.resolve(there.get(image) ?? base);
    },
    outbox: {
      pending: (image) => pending.get(image) ?? [],
      onEvent: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
  });
  return { documents, there, asked, pending, world, tell: (event: DrawEvent) => tell(event) };
}

describe("Documents", () => {
  it("reads a picture once, and shows what is on its way over it", async () => {
    const { documents, asked, pending } = make();
    documents.want(1);
    documents.want(1);
    await settled();
    documents.want(1);
    expect(asked).toEqual([1]);
    pending.set(1, [entry(1, [point("a")])]);
    expect(documents.shown(1)?.objects).toHaveLength(1);
    expect(documents.shown(1)?.review).toBe("in_progress");
    expect(documents.peek(1)?.objects).toHaveLength(0);
  });

  it("follows what the server acknowledges without reading again", async () => {
    const { documents, asked, tell } = make();
    documents.want(1);
    await settled();
    tell({ kind: "saved", entry: entry(1, [point("a")]), seq: 1, version: 2 });
    expect(documents.peek(1)).toMatchObject({ version: 2, review: "in_progress", objects: [{ uid: "a" }] });
    expect(asked).toEqual([1]);
  });

  it("reads an open picture again when it has changed, and the others when they are wanted", async () => {
    const { documents, asked } = make();
    documents.want(1);
    documents.want(2);
    await settled();
    documents.stale([1, 2], [1]);
    expect(asked).toEqual([1, 2, 1]);
    documents.want(2);
    expect(asked).toEqual([1, 2, 1, 2]);
  });

  it("keeps what was known while something is on its way, and reads again when it has arrived", async () => {
    const { documents, there, asked, pending, tell } = make();
    documents.want(1);
    await settled();
    const mine = entry(1, [point("a")]);
    pending.set(1, [mine]);
    const first = documents.peek(1);
    if (first) there.set(1, { ...first, version: 3, objects: [point("x"), point("a")] });
    documents.stale([1], [1]);
    await settled();
    expect(documents.peek(1)?.objects).toEqual([]);
    pending.delete(1);
    tell({ kind: "saved", entry: mine, seq: 0, version: 3 });
    await settled();
    expect(documents.peek(1)?.objects.map(({ uid }) => uid)).toEqual(["x", "a"]);
    expect(asked).toEqual([1, 1, 1]);
  });

  it("tells an error, and tries again when asked", async () => {
    const { documents, world } = make();
    const read: number[] = [];
    documents.onRead((image) => read.push(image));
    world.away = true;
    documents.want(1);
    await settled();
    expect(documents.errorOf(1)).toEqual(new Error("away"));
    world.away = false;
    documents.want(1);
    await settled();
    expect([documents.errorOf(1), documents.peek(1)?.version, read]).toEqual([null, 1, [1, 1]]);
  });

  it("keeps the most recent pictures, and those with something on its way", async () => {
    const { documents, pending } = make(2);
    pending.set(1, [entry(1, [])]);
    for (const image of [1, 2, 3, 4]) {
      documents.want(image);
      await settled();
    }
    documents.want(4);
    expect([1, 2, 3, 4].map((image) => documents.peek(image) !== null)).toEqual([true, false, false, true]);
  });
});
