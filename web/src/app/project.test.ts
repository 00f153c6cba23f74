import { expect, it } from "vitest";
import type { Project } from "@/api/types";
import { landing } from "./project";

const project = (id: number, name: string, images: number, created_at: string): Project => ({
  id,
  name,
  title: name,
  created_at,
  archived: false,
  images,
  labelled: 0,
  unsure: 0,
  skipped: 0,
  classes: 0,
  runs: 0,
  cover: [],
  task: "single",
  queue_ready: false,
  doubts: 0,
  drifting: [],
});
const all = [
  project(1, "old", 5, "2025-01-01T00:00:00Z"),
  project(2, "new", 5, "2025-02-01T00:00:00Z"),
  project(3, "empty", 0, "2025-03-01T00:00:00Z"),
];

it("lands on the newest project that has pictures", () => {
  expect(landing(all, null)?.name).toBe("new");
  expect(landing(all, "empty")?.name).toBe("new");
});
it("comes back to the last one", () => {
  expect(landing(all, "old")?.name).toBe("old");
});
it("has nowhere to land without pictures", () => {
  expect(landing([project(3, "empty", 0, "")], null)).toBeNull();
});
