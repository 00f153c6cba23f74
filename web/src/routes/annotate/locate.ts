import type { Item } from "@/api/types";

/** What a view tells of its pictures, by position; null at a position: the picture is gone. */
export interface Searched {
  readonly size: number;
  readonly range: (from: number, to: number) => Promise<readonly (Item | null)[]>;
}

const CHUNK = 1000;
/** A view in an order of its own is looked through so far from its beginning. */
const MOST = 20_000;

/** Where a picture stands in a view of all pictures, which lie there by their ordinal; null where it is not in it. */
export async function byOrdinal(view: Searched, ordinal: number, id: number): Promise<number | null> {
  let [low, high] = [0, Math.min(view.size, ordinal + 1)];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [at, item] = await nearest(view, middle, high);
    if (!item) high = middle;
    else if (item.id === id) return at;
    else if (item.ordinal < ordinal) low = at + 1;
    else high = middle;
  }
  return null;
}

/** The first picture from a position on that is still there. */
async function nearest(view: Searched, from: number, to: number): Promise<readonly [number, Item | null]> {
  for (let at = from; at < to; at += 1) {
    const [item] = await view.range(at, at + 1);
    if (item) return [at, item];
  }
  return [to, null];
}

/** Where a picture stands in any view, looked for from a position on and then around its end; null: not found. */
export async function bySight(view: Searched, id: number, from = 0): Promise<number | null> {
  const spans: [number, number][] = [
    [Math.max(0, from), Math.min(view.size, from + MOST)],
    [0, Math.min(Math.max(0, from), MOST)],
  ];
  for (const [start, end] of spans)
    for (let at = start; at < end; at += CHUNK) {
      const items = await view.range(at, Math.min(at + CHUNK, end));
      const found = items.findIndex((item) => item?.id === id);
      if (found >= 0) return at + found;
    }
  return null;
}

/** The nearest position in a direction whose picture is still there; null at the end. */
export async function step(view: Searched, from: number, by: 1 | -1): Promise<readonly [number, Item] | null> {
  for (let at = from + by; at >= 0 && at < view.size; at += by) {
    const [item] = await view.range(at, at + 1);
    if (item) return [at, item];
  }
  return null;
}
