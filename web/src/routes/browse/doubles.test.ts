import { expect, it } from "vitest";
import type { Item } from "@/api/types";
import { findDoubles } from "./doubles";

const item = (id: number, score: number | null, status = "unlabelled") => ({ id, score, status }) as Item;

it("finds what is to be skipped in every window of the view, and leaves labels alone", async () => {
  const all = [
    item(1, 0),
    item(2, 0.99),
    item(3, 0.98, "labelled"),
    item(4, 0.97, "skipped"),
    item(5, null),
    ...Array.from({ length: 1200 }, (_, at) => item(100 + at, at % 2)),
  ];
  const asked: [number, number][] = [];
  const read = (_view: string, offset: number, limit: number) => {
    asked.push([offset, limit]);
    return Promise.resolve({ size: all.length, offset, items: all.slice(offset, offset + limit), gone: [] });
  };
  const found = await findDoubles("view", all.length, read);
  expect(asked).toEqual([
    [0, 1000],
    [1000, 205],
  ]);
  expect(found.labelled).toBe(1);
  expect(found.ids).toHaveLength(601);
  expect(found.ids.slice(0, 2)).toEqual([2, 101]);
});
