import { expect, it } from "vitest";
import type { Run } from "@/api/types";
import { arranged } from "./order";

const run = (id: string, more: Partial<Run>): Run =>
  ({ id, state: "done", place: null, starred: false, metrics: null, ...more }) as Run;
const runs = [
  run("second", { state: "queued", place: 2 }),
  run("first", { state: "queued", place: 1 }),
  run("going", { state: "running" }),
  run("new", { metrics: { accuracy: 0.5 } }),
  run("old", { metrics: { accuracy: 0.9 }, starred: true }),
];
const ids = (order: "newest" | "best" | "starred") => arranged(runs, order).map((one) => one.id);

it("keeps what goes on on top, in the order in which it begins", () => {
  expect(ids("newest")).toEqual(["going", "first", "second", "new", "old"]);
});

it("puts the best first, or shows only the starred", () => {
  expect(ids("best").slice(3)).toEqual(["old", "new"]);
  expect(ids("starred").slice(3)).toEqual(["old"]);
});
