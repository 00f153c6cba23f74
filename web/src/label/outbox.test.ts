import { describe, expect, it } from "vitest";
import { ApiError, unreachable } from "@/api/http";
import type { Answer, LabelChange } from "@/api/types";
import { Outbox, parse, type OutboxEvent } from "./outbox";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A server that answers in its own time, or is away, or refuses. */
class FakeServer {
  readonly got: LabelChange[][] = [];
  mood: "answers" | "away" | "refuses" | "slow" = "answers";
  kept: string | null = null;
  private version = 10;
  private timers: (() => void)[] = [];
  private open: (() => void)[] = [];

  readonly ports = {
    send: async (_project: string, changes: LabelChange[]): Promise<Answer> => {
      if (this.mood === "away") throw unreachable();
      this.got.push(changes);
      if (this.mood === "refuses") throw new ApiError(409, { code: "conflict", message: "changed since" });
      if (this.mood === "slow") await new Promise<void>((go) => this.open.push(go));
      const version = ++this.version;
      const images = changes.map((change) => ({
        id: change.image_id,
        version,
        status: change.status ?? ("labelled" as const),
        class_id: change.class_id ?? null,
      }));
      return { seq: version, images };
    },
    keep: { read: () => this.kept, write: (text: string | null) => void (this.kept = text) },
    after: (_ms: number, run: () => void) => {
      this.timers.push(run);
      return () => void (this.timers = this.timers.filter((other) => other !== run));
    },
  };
  async pass() {
    for (const run of this.timers.splice(0)) run();
    await settled();
  }
  async release() {
    for (const go of this.open.splice(0)) go();
    await settled();
  }
}

const cat = { class_id: 1, status: "labelled" } as const;
const make = () => {
  const server = new FakeServer();
  const outbox = new Outbox(server.ports);
  const events: OutboxEvent[] = [];
  outbox.onEvent((event) => events.push(event));
  return { server, outbox, events };
};

describe("Outbox", () => {
  it("shows a label at once and forgets its own copy when it is saved", async () => {
    const { outbox, events } = make();
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    expect(outbox.overlay(5)).toEqual(cat);
    expect(outbox.saveState).toBe("saving");
    await settled();
    expect(outbox.overlay(5)).toBeUndefined();
    expect(outbox.saveState).toBe("saved");
    expect(events.map((event) => event.kind)).toEqual(["saved"]);
  });

  it("sends in order, and with the version that its own answer told", async () => {
    const { server, outbox } = make();
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    outbox.push("p", [{ id: 5, version: 1 }], { status: "skipped" });
    expect(outbox.overlay(5)).toEqual({ status: "skipped" });
    await settled();
    expect(server.got.map((changes) => changes[0]?.version)).toEqual([1, 11]);
  });

  it("says of each image of one act what is said of it", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    const dog = { class_id: 2, status: "labelled" } as const;
    outbox.push(
      "p",
      [
        { id: 5, version: 1 },
        { id: 6, version: 1, mark: dog },
      ],
      cat,
    );
    expect([outbox.overlay(5), outbox.overlay(6)]).toEqual([cat, dog]);
    await settled();
    server.mood = "answers";
    await server.pass();
    expect(server.got).toHaveLength(1);
    expect(server.got[0]?.map((change) => change.class_id)).toEqual([1, 2]);
  });

  it("shows the tags that were given before, also when something else is said since", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push("p", [{ id: 5, version: 1, mark: { status: "labelled", tags: [1, 2] } }], cat);
    outbox.push("p", [{ id: 5, version: 1 }], { status: "unsure" });
    await settled();
    expect(outbox.overlay(5)).toEqual({ status: "unsure", tags: [1, 2] });
    server.mood = "answers";
    await server.pass();
    expect(server.got.map(([change]) => change?.tags)).toEqual([[1, 2], undefined]);
  });

  it("takes a refused label back and tells of it", async () => {
    const { server, outbox, events } = make();
    server.mood = "refuses";
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    await settled();
    expect(outbox.overlay(5)).toBeUndefined();
    expect(events).toMatchObject([{ kind: "refused", error: { status: 409 } }]);
    expect(outbox.unsent).toBe(0);
  });

  it("keeps labels while the server is away, and sends them when it is back", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    outbox.push("p", [{ id: 6, version: 1 }], cat);
    await settled();
    expect(outbox.saveState).toBe("offline");
    expect(outbox.unsent).toBe(2);
    server.mood = "answers";
    await server.pass();
    expect(outbox.saveState).toBe("saved");
    expect(server.got).toHaveLength(2);
  });

  it("sends after a restart of the browser what could not be sent before", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    await settled();
    server.mood = "answers";
    const next = new Outbox(server.ports);
    expect(next.overlay(5)).toEqual(cat);
    await settled();
    expect(server.got).toHaveLength(1);
    expect(server.kept).toBeNull();
  });

  it("undoes an unsent label by not sending it", async () => {
    const { server, outbox } = make();
    server.mood = "away";
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    await settled();
    expect(outbox.withdraw("p")?.images[0]?.id).toBe(5);
    expect(outbox.overlay(5)).toBeUndefined();
    expect(outbox.withdraw("p")).toBeNull();
    expect(server.kept).toBeNull();
  });

  it("does not take back what is on its way", async () => {
    const { server, outbox } = make();
    server.mood = "slow";
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    expect(outbox.withdraw("p")).toBeNull();
    const drained = outbox.drained();
    await server.release();
    await drained;
    expect(outbox.saveState).toBe("saved");
  });

  it("keeps what is given during a step back until that is done, and sends it with what the step has told", async () => {
    const { server, outbox } = make();
    const hold = outbox.hold();
    await hold.clear;
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    await settled();
    expect(server.got).toEqual([]);
    expect([outbox.overlay(5), outbox.saveState]).toEqual([cat, "saving"]);
    outbox.learn([{ id: 5, version: 7 }]);
    hold.release();
    await outbox.drained();
    expect(server.got.map(([change]) => change?.version)).toEqual([7]);
  });

  it("lets what was given before a step go first, and waits for nothing that is given after", async () => {
    const { server, outbox } = make();
    server.mood = "slow";
    outbox.push("p", [{ id: 5, version: 1 }], cat);
    const first = outbox.hold();
    outbox.push("p", [{ id: 6, version: 1 }], cat);
    const second = outbox.hold();
    outbox.push("p", [{ id: 7, version: 1 }], cat);
    const ids = () => server.got.map(([change]) => change?.image_id);
    await server.release();
    await first.clear;
    expect(ids()).toEqual([5]);
    first.release();
    await server.release();
    await second.clear;
    expect(ids()).toEqual([5, 6]);
    second.release();
    expect(ids()).toEqual([5, 6, 7]);
  });
});

describe("parse", () => {
  it("leaves out what is not an entry", () => {
    expect(parse('[{"key":1},3,{"key":2,"project":"p","images":[],"mark":{"status":"skipped"}}]')).toHaveLength(1);
    expect(parse("{")).toEqual([]);
    expect(parse(null)).toEqual([]);
  });
});
