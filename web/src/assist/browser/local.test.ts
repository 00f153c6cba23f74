import { describe, expect, it } from "vitest";
import type { EncodingKey } from "@/api/types";
import type { Body } from "../asker";
import { Decoder } from "./decoder";
import { discs, PLAN } from "./fakes";
import { LocalDecoder, type Thread } from "./local";
import type { Done, Work } from "./wire";

const header = JSON.stringify({
  given: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
  size: { dtype: "I64", shape: [2], data_offsets: [4, 20] },
});

function packed(width: number, height: number): ArrayBuffer {
  const text = new TextEncoder().encode(header);
  const made = new Uint8Array(8 + text.length + 20);
  const view = new DataView(made.buffer);
  view.setBigUint64(0, BigInt(text.length), true);
  made.set(text, 8);
  view.setBigInt64(12 + text.length, BigInt(width), true);
  view.setBigInt64(20 + text.length, BigInt(height), true);
  return made.buffer;
}

/** A page with a decoder in the same thread. */
class Page {
  readonly fetched: string[] = [];
  readonly keys: EncodingKey[] = [];
  broken = "";
  on = true;
  emb: string | null = "k1";
  ended = 0;
  thread: Thread | null = null;
  readonly local = new LocalDecoder({
    start: () => this.start(),
    engine: (name) => (this.on ? name : null),
    plan: () => Promise.resolve(PLAN),
    encoding: () => {
      const found = { emb_key: this.emb, bytes: 4 };
      this.keys.push(found);
      return Promise.resolve(found);
    },
    outline: () => Promise.resolve([[[0, 0, 1, 0, 1, 1]]]),
    urls: { decoder: (engine) => `decoder/${engine}`, encoding: (key) => `encoding/${key}` },
    now: () => 0,
  });

  private start(): Thread {
    const decoder = new Decoder({
      fetch: (url) => {
        this.fetched.push(url);
        if (this.broken) return Promise.reject(new Error(this.broken));
        return Promise.resolve(packed(320, 240));
      },
      open: () => Promise.resolve(discs),
      now: () => 0,
    });
    const thread: Thread = {
      onmessage: null,
      onerror: null,
      terminate: () => this.ended++,
      postMessage: (work: Work) => {
        void decoder.take(work).then((data) => thread.onmessage?.({ data } as MessageEvent<Done>));
      },
    };
    this.thread = thread;
    return thread;
  }
}

const body = (change: Partial<Body> = {}): Body => ({
  client: "page",
  object: "a",
  gen: 1,
  req_id: 1,
  image_id: 7,
  engine: "circles",
  prompts: [{ points: [[160, 120, 1]], box: null, mask_ref: null }],
  multimask: true,
  output: "rle",
  ...change,
});

describe("a click that the browser answers", () => {
  it("has candidates as the server's would be, from what is fetched once", async () => {
    const { local, fetched, keys } = new Page();
    await local.prepare(7, "circles");
    expect(fetched).toEqual(["decoder/circles", "encoding/k1"]);
    const found = await local.predict(body());
    expect(found?.req_id).toBe(1);
    expect(found?.candidates.map(({ score }) => Number(score.toFixed(2)))).toEqual([0.9, 0.7, 0.5]);
    expect(found?.candidates[0]?.rle?.size).toEqual([240, 320]);
    const ref = found?.candidates[0]?.mask_ref ?? null;
    const prompts = [{ points: [[160, 120, 1] as const, [9, 9, 0] as const], box: null, mask_ref: ref }];
    expect((await local.predict(body({ prompts, req_id: 2, multimask: false })))?.candidates).toHaveLength(1);
    const polygon = await local.predict(body({ output: "polygon", req_id: 3 }));
    expect(polygon?.candidates[0]?.polygon).toHaveLength(1);
    expect((await local.predict(body({ output: "box", req_id: 4 })))?.candidates[0]?.rle).toBeNull();
    expect(fetched).toHaveLength(2);
    expect(keys).toHaveLength(1);
    expect(local.trouble.get()).toBe("");
  });

  it("is the newest of its object alone", async () => {
    const { local } = new Page();
    const all = await Promise.all([1, 2, 3].map((req_id) => local.predict(body({ req_id }))));
    expect(all.map((one) => one?.req_id)).toEqual([-1, -1, 3]);
  });

  it("is the server's where it is not wanted, of many prompts, or of a picture in tiles", async () => {
    const page = new Page();
    page.on = false;
    expect(await page.local.predict(body())).toBeNull();
    page.on = true;
    const [prompt] = body().prompts;
    expect(await page.local.predict(body({ prompts: prompt ? [prompt, prompt] : [] }))).toBeNull();
    page.emb = null;
    expect(await page.local.predict(body())).toBeNull();
    expect(page.local.trouble.get()).toBe("");
    expect(page.thread).toBeNull();
  });

  it("is the server's when something fails, which is said, and the next is tried again", async () => {
    const page = new Page();
    page.broken = "the server answered 404";
    expect(await page.local.predict(body())).toBeNull();
    expect(page.local.trouble.get()).toBe("the server answered 404");
    page.broken = "";
    expect((await page.local.predict(body({ req_id: 2 })))?.req_id).toBe(2);
    expect(page.local.trouble.get()).toBe("");
  });

  it("is not waited for when its thread ends", async () => {
    const page = new Page();
    await page.local.prepare(7, "circles");
    if (page.thread) page.thread.postMessage = () => undefined;
    const asked = page.local.predict(body());
    await Promise.resolve().then(() => undefined);
    await new Promise((go) => setTimeout(go));
    page.thread?.onerror?.({ message: "no memory" } as ErrorEvent);
    expect(await asked).toBeNull();
    expect(page.local.trouble.get()).toBe("no memory");
    expect(page.ended).toBe(1);
  });
});
