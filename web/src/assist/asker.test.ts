import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/http";
import { Asker, type Body } from "./asker";
import type { Answer } from "./words";

class Server {
  readonly asked: {
    body: Body;
    answer: (reply: Answer & { req_id: number }) => void;
    fail: (error: unknown) => void;
  }[] = [];
  readonly cancelled: string[] = [];
  readonly asker = new Asker({
    client: "page",
    now: () => 7,
    predict: (body) =>
      new Promise((answer, fail) => {
        this.asked.push({ body, answer, fail });
      }),
    cancel: ({ object }) => {
      this.cancelled.push(object);
      return Promise.resolve();
    },
  });

  ask(object: string, image = 1): Promise<Answer | null> {
    const prompts = [{ points: [{ x: 3, y: 4, on: true }] }];
    return this.asker.ask({ object, title: "Click", image, engine: "auto", prompts, form: "mask", several: true });
  }

  reply(at: number, score = 0.5): void {
    const one = this.asked[at];
    const candidate = { prompt: 0, box: [0, 0, 1, 1] as const, polygon: null, rle: null, score, mask_ref: null };
    one?.answer({ req_id: one.body.req_id, candidates: [candidate], ms: 1, waited_ms: 1 });
  }
}

describe("questions", () => {
  it("go out with their object, a higher count each, and the form that is wanted", async () => {
    const server = new Server();
    const first = server.ask("a");
    void server.ask("a");
    const [one, two] = server.asked.map(({ body }) => body);
    expect(one).toMatchObject({ client: "page", object: "a", gen: 1, image_id: 1, output: "rle", multimask: true });
    expect(two?.gen).toBe(2);
    expect((two?.req_id ?? 0) > (one?.req_id ?? 0)).toBe(true);
    expect(one?.prompts).toEqual([{ points: [[3, 4, 1]], box: null, mask_ref: null }]);
    server.reply(0);
    expect(await first).toBeNull();
  });

  it("of a burst show the newest answer only, in whatever order the answers come", async () => {
    const server = new Server();
    const answers = Array.from({ length: 20 }, () => server.ask("a"));
    server.reply(19, 0.9);
    for (let at = 18; at >= 0; at--) server.reply(at);
    const shown = (await Promise.all(answers)).filter((one) => one !== null);
    expect(shown.map((one) => one.candidates[0]?.score)).toEqual([0.9]);
  });

  it("about different objects do not disturb each other", async () => {
    const server = new Server();
    const [a, b] = [server.ask("a"), server.ask("b", 2)];
    expect(server.asker.snapshot().map(({ object, image }) => [object, image])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    server.reply(1, 0.2);
    server.reply(0, 0.1);
    expect((await a)?.candidates[0]?.score).toBe(0.1);
    expect((await b)?.candidates[0]?.score).toBe(0.2);
    expect(server.asker.snapshot()).toEqual([]);
  });

  it("that are forgotten are answered to nobody, and the server is told", async () => {
    const server = new Server();
    const asked = server.ask("a");
    server.asker.forget("a");
    server.asker.forget("never asked");
    expect(server.cancelled).toEqual(["a"]);
    server.reply(0);
    expect(await asked).toBeNull();
    const again = server.ask("a");
    expect(server.asked[1]?.body.gen).toBe(2);
    server.reply(1);
    expect(await again).not.toBeNull();
  });

  it("that were dropped by the server are no errors, others are", async () => {
    const server = new Server();
    const [dropped, failed, stale] = [server.ask("a"), server.ask("b"), server.ask("c")];
    void server.ask("c");
    server.asked[0]?.fail(new ApiError(409, { code: "cancelled" }));
    server.asked[1]?.fail(new ApiError(503, { code: "engine_failed", message: "it died" }));
    server.asked[2]?.fail(new ApiError(503, { code: "engine_failed" }));
    expect(await dropped).toBeNull();
    await expect(failed).rejects.toThrow("it died");
    expect(await stale).toBeNull();
    expect(server.asker.snapshot().map(({ object }) => object)).toEqual(["c"]);
  });
});
