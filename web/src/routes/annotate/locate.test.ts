import { describe, expect, it } from "vitest";
import type { Item } from "@/api/types";
import { byOrdinal, bySight, step, type Searched } from "./locate";

/** A view of pictures with ids 100 + ordinal; `gone` positions are deleted. */
function view(ordinals: readonly number[], gone: readonly number[] = []): Searched & { asked: number } {
  const world = {
    asked: 0,
    size: ordinals.length,
    range: (from: number, to: number) => {
      world.asked += 1;
      const items = ordinals
        .slice(from, to)
        .map((ordinal, i) => (gone.includes(from + i) ? null : ({ id: 100 + ordinal, ordinal } as Item)));
      return Promise.resolve(items);
    },
  };
  return world;
}

describe("finding a picture's place", () => {
  const gaps = Array.from({ length: 3000 }, (_, i) => i * 3);

  it("halves a view by ordinal, in a dozen questions", async () => {
    const all = view(gaps);
    expect(await byOrdinal(all, 2700, 2800)).toBe(900);
    expect(all.asked).toBeLessThan(14);
    expect(await byOrdinal(all, 2701, 2801)).toBeNull();
  });
  it("finds it beside deleted pictures", async () => {
    expect(await byOrdinal(view([0, 1, 2, 3, 4], [1, 2]), 3, 103)).toBe(3);
    expect(await byOrdinal(view([0, 1, 2, 3, 4], [3, 4]), 3, 103)).toBeNull();
  });
  it("looks through a view in another order, from where one is and then from its beginning", async () => {
    const mixed = view([5, 3, 9, 1]);
    expect(await bySight(mixed, 109, 1)).toBe(2);
    expect(await bySight(mixed, 105, 1)).toBe(0);
    expect(await bySight(mixed, 100)).toBeNull();
  });
  it("steps over what is gone, and stops at the ends", async () => {
    const some = view([0, 1, 2, 3], [1, 2]);
    expect(await step(some, 0, 1)).toMatchObject([3, { id: 103 }]);
    expect(await step(some, 3, 1)).toBeNull();
    expect(await step(some, 3, -1)).toMatchObject([0, { id: 100 }]);
  });
});
