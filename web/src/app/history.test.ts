import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LabelChange } from "@/api/types";
import { DrawOutbox } from "@/draw/outbox";
import { Outbox } from "@/label/outbox";
import { travel } from "./history";

const server = vi.hoisted(() => ({
  got: [] as string[],
  open: [] as (() => void)[],
}));

vi.mock("@/api/calls", () => {
  const step = (way: string) => async () => {
    server.got.push(way);
    await new Promise<void>((go) => server.open.push(go));
    return { seq: 1, description: way, images: [{ id: 5, version: 9 }] };
  };
  return { api: { undo: step("undo"), redo: step("redo") } };
});

vi.mock("./services", () => {
  const send = (_project: string, changes: LabelChange[]) => {
    server.got.push(`label at ${changes[0]?.version}`);
    return Promise.resolve({ seq: 2, images: [] });
  };
  const nothing = { read: () => null, write: () => undefined, put: () => true, drop: () => undefined };
  const after = () => () => undefined;
  return {
    outbox: new Outbox({ send, keep: nothing, after }),
    drawings: new DrawOutbox({
      send: () => Promise.reject(new Error("nothing is drawn")),
      keep: nothing,
      after,
      now: () => 0,
      seen: () => null,
    }),
    labelled: { tell: () => undefined },
    queries: { invalidateQueries: () => Promise.resolve() },
    announce: () => undefined,
  };
});

const { outbox } = await import("./services");
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const answer = async () => {
  server.open.shift()?.();
  await settled();
};
const label = () => outbox.push("p", [{ id: 5, version: 1 }], { class_id: 1, status: "labelled" });

describe("a step back", () => {
  beforeEach(() => void (server.got.length = 0));

  it("is over before what is said meanwhile is sent, with the version that the step made", async () => {
    const back = travel("p", "undo");
    label();
    await settled();
    expect(server.got).toEqual(["undo"]);
    await answer();
    await Promise.all([back, outbox.drained()]);
    expect(server.got).toEqual(["undo", "label at 9"]);
  });

  it("takes back what was said during another, and asks the server for no more", async () => {
    const back = travel("p", "undo");
    label();
    await travel("p", "undo");
    await settled();
    await answer();
    await back;
    expect(server.got).toEqual(["undo"]);
  });

  it("is newer than what was asked for before it was given", async () => {
    const other = travel("p", "undo");
    label();
    await travel("p", "undo"); // here
    await settled();
    await answer();
    await other;
    await travel("p", "redo"); // here
    await outbox.drained();
    expect(server.got).toEqual(["undo", "label at 9"]);
  });

  it("is given again on the server before what was taken back here earlier", async () => {
    label(); // on its way
    label();
    await travel("p", "undo"); // here
    await outbox.drained();
    const back = travel("p", "undo");
    await settled();
    await answer();
    await back;
    const forward = travel("p", "redo");
    await settled();
    await answer();
    await forward;
    expect(server.got).toEqual(["label at 9", "undo", "redo"]);
    await travel("p", "redo"); // here
    await outbox.drained();
    expect(server.got).toEqual(["label at 9", "undo", "redo", "label at 9"]);
  });

  it("is answered before the step forward that was asked for next", async () => {
    const [back, forward] = [travel("p", "undo"), travel("p", "redo")];
    await settled();
    expect(server.got).toEqual(["undo"]);
    await answer();
    await answer();
    await Promise.all([back, forward]);
    expect(server.got).toEqual(["undo", "redo"]);
  });
});
