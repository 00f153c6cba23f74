import { describe, expect, it } from "vitest";
import type { Item, ViewWindow } from "@/api/types";
import { placed, Windows } from "./windows";

const item = (id: number): Item => ({
  id,
  ordinal: id,
  path: `${id}.png`,
  page: 0,
  width: 8,
  height: 8,
  status: "unlabelled",
  class_id: null,
  tags: [],
  split: "train",
  version: 1,
  score: null,
  why: null,
  predicted: null,
  probability: null,
  review: "todo",
  objects: 0,
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function open(size: number, keepPages = 60) {
  const asked: number[] = [];
  const aborted: number[] = [];
  const held: { go: () => void }[] = [];
  let hold = false;
  const load = async (offset: number, limit: number, signal: AbortSignal): Promise<ViewWindow> => {
    asked.push(offset);
    signal.addEventListener("abort", () => aborted.push(offset));
    if (hold) await new Promise<void>((go) => held.push({ go }));
    const count = Math.max(0, Math.min(limit, size - offset));
    return { size, offset, items: Array.from({ length: count }, (_, i) => item(offset + i)), gone: [] };
  };
  const windows = new Windows(size, load, 100, keepPages);
  return { windows, asked, aborted, setHold: (on: boolean) => (hold = on), held };
}

describe("Windows", () => {
  it("loads the pages that cover a range, once", async () => {
    const { windows, asked } = open(1000);
    windows.ensure({ start: 90, end: 130 });
    await settled();
    windows.ensure({ start: 95, end: 140 });
    expect(asked).toEqual([0, 100]);
    expect(windows.get(120)?.id).toBe(120);
    expect(windows.indexOf(99)).toBe(99);
  });

  it("gives up a page that flew past", async () => {
    const { windows, aborted, setHold } = open(1_000_000);
    setHold(true);
    windows.ensure({ start: 0, end: 50 });
    windows.ensure({ start: 900_000, end: 900_050 });
    await settled();
    expect(aborted).toEqual([0]);
  });

  it("loads again what is old when it comes back, although that was begun and given up before", async () => {
    const { windows, asked, setHold } = open(1000);
    windows.ensure({ start: 0, end: 50 });
    await settled();
    setHold(true);
    windows.invalidate();
    windows.ensure({ start: 900, end: 950 });
    windows.ensure({ start: 0, end: 50 });
    expect(asked).toEqual([0, 0, 900, 0]);
  });

  it("drops the pages that were not seen for longest", async () => {
    const { windows } = open(1000, 2);
    for (const start of [0, 100, 200, 300]) {
      windows.ensure({ start, end: start + 10 });
      await settled();
    }
    expect(windows.get(0)).toBeUndefined();
    expect(windows.indexOf(5)).toBeUndefined();
    expect(windows.get(300)).toBeDefined();
  });

  it("takes over an answer, and not an older one", async () => {
    const { windows } = open(10);
    windows.ensure({ start: 0, end: 10 });
    await settled();
    windows.apply([{ id: 3, version: 5, status: "labelled", class_id: 7 }]);
    windows.apply([{ id: 3, version: 4, status: "skipped", class_id: null }]);
    expect(windows.get(3)).toMatchObject({ version: 5, status: "labelled", class_id: 7 });
  });

  it("loads again what is on screen when somebody else changed it", async () => {
    const { windows, asked } = open(1000);
    windows.ensure({ start: 0, end: 50 });
    await settled();
    windows.invalidate([10]);
    await settled();
    expect(asked).toEqual([0, 0]);
    windows.invalidate([999]);
    expect(asked).toEqual([0, 0]);
  });

  it("loads again what became old while it was on its way", async () => {
    const { windows, asked, setHold, held } = open(100);
    setHold(true);
    windows.ensure({ start: 0, end: 10 });
    windows.invalidate();
    held.shift()?.go();
    await settled();
    expect(asked).toEqual([0, 0]);
  });

  it("loads again what somebody changed while it came for the first time", async () => {
    const { windows, asked, setHold, held } = open(100);
    setHold(true);
    windows.ensure({ start: 0, end: 10 });
    windows.invalidate([3]);
    held.shift()?.go();
    await settled();
    expect(asked).toEqual([0, 0]);
  });

  it("keeps what it was told while an older answer was on its way", async () => {
    const { windows, setHold, held } = open(100);
    windows.ensure({ start: 0, end: 10 });
    await settled();
    setHold(true);
    windows.invalidate();
    windows.apply([{ id: 3, version: 2, status: "labelled", class_id: 7, tags: [] }]);
    held.shift()?.go();
    await settled();
    expect(windows.get(3)).toMatchObject({ version: 2, status: "labelled", class_id: 7 });
    expect(windows.get(4)).toMatchObject({ version: 1, status: "unlabelled" });
  });

  it("says when what is on screen is new", async () => {
    const { windows, setHold, held } = open(100);
    windows.ensure({ start: 0, end: 10 });
    await settled();
    setHold(true);
    let renewed = false;
    const waits = windows.renew().then(() => (renewed = true));
    await settled();
    expect(renewed).toBe(false);
    held.shift()?.go();
    await waits;
    expect(renewed).toBe(true);
  });
});

it("leaves the places of images that are gone empty", () => {
  const there = [20, 21, 23, 24].map(item);
  const at = placed({ size: 26, offset: 20, items: there, gone: [22, 25] }, 10);
  expect(at.map((one) => one?.id ?? null)).toEqual([20, 21, null, 23, 24, null]);
});
