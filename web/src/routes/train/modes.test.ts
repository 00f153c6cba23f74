import { expect, it } from "vitest";
import type { Run } from "@/api/types";
import { first, fit, obstacle } from "./modes";

const run = (id: string, state: Run["state"], checkpoint: boolean): Run =>
  ({ id, state, checkpoint, epoch: 1, epochs: 2 }) as unknown as Run;
const ids = (runs: readonly Run[]) => runs.map((one) => one.id);

const runs = [run("going", "running", true), run("over", "done", true), run("stopped", "cancelled", true)];

it("resumes what has stopped with a checkpoint, the unfinished first", () => {
  expect(ids(fit("resume", [...runs, run("lost", "failed", false)]))).toEqual(["over", "stopped"]);
  expect(first("resume", runs)?.id).toBe("stopped");
});

it("fine-tunes only from what has finished", () => {
  expect(ids(fit("finetune", runs))).toEqual(["over"]);
  expect(first("finetune", runs)?.id).toBe("over");
});

it("says why a mode cannot be chosen", () => {
  expect(obstacle("new", undefined)).toBe("");
  expect(obstacle("resume", runs)).toBe("");
  expect(obstacle("resume", [])).toContain("No training has left a checkpoint");
  expect(obstacle("finetune", [])).toContain("No training has finished");
  expect(obstacle("finetune", [run("going", "running", true)])).toContain("going on");
});
