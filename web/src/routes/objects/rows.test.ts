import { describe, expect, it } from "vitest";
import { Rows, type Part } from "./rows";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function list(total: number) {
  const asked: [number, number][] = [];
  const signals: AbortSignal[] = [];
  const load = (offset: number, limit: number, signal: AbortSignal): Promise<Part<number>> => {
    asked.push([offset, limit]);
    signals.push(signal);
    const length = Math.max(0, Math.min(limit, total - offset));
    return Promise.resolve({ total, items: Array.from({ length }, (_, i) => offset + i) });
  };
  return { rows: new Rows(load), asked, signals };
}

describe("Rows", () => {
  it("loads pages around what is on screen, each once", async () => {
    const { rows, asked } = list(1000);
    expect(rows.total).toBeNull();
    rows.ensure({ start: 0, end: 1 });
    await settled();
    expect([rows.total, rows.get(199), rows.get(200)]).toEqual([1000, 199, undefined]);
    rows.ensure({ start: 190, end: 410 });
    await settled();
    expect(asked).toEqual([0, 200, 400].map((offset) => [offset, 200]));
    expect(rows.get(409)).toBe(409);
  });
  it("gives up a page that has left the screen", () => {
    const { rows, signals } = list(1000);
    rows.ensure({ start: 0, end: 1 });
    rows.ensure({ start: 800, end: 900 });
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[1]?.aborted).toBe(false);
  });
  it("gives the rows of positions, known or not", async () => {
    const { rows, asked } = list(3000);
    rows.ensure({ start: 0, end: 1 });
    await settled();
    const signal = new AbortController().signal;
    expect(await rows.of([5, 1500, 1501, 2999], signal)).toEqual([5, 1500, 1501, 2999]);
    expect(asked.slice(1)).toEqual([
      [1500, 1000],
      [2999, 1000],
    ]);
  });
  it("says why it failed and tries again", async () => {
    let broken = true;
    const rows = new Rows<number>(() =>
      broken ? Promise.reject(new Error("down")) : Promise.resolve({ total: 1, items: [7] }),
    );
    let told = 0;
    rows.subscribe(() => (told += 1));
    rows.ensure({ start: 0, end: 1 });
    await settled();
    expect([rows.error, rows.total, told]).toEqual([new Error("down"), null, 1]);
    broken = false;
    rows.retry();
    await settled();
    expect([rows.error, rows.get(0)]).toEqual([null, 7]);
  });
});
