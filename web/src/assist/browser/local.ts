/** Questions that the browser answers itself; whatever it cannot is left to the server. */
import type { DecoderInfo, EncodingKey } from "@/api/types";
import { Store } from "@/app/store";
import type { PolygonShape, Rle } from "@/editor";
import type { Body } from "../asker";
import type { Answer, Candidate } from "../words";
import { knowsBoxes } from "./sam";
import type { Done, LocalCandidate, Work } from "./wire";

/** As much of a Worker as is needed. */
export interface Thread {
  postMessage: (work: Work) => void;
  onmessage: ((event: MessageEvent<Done>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate: () => void;
}

export interface LocalPorts {
  readonly start: () => Thread;
  /** The name of an engine whose clicks shall be answered here; null: the server answers. */
  readonly engine: (name: string) => string | null;
  readonly plan: (engine: string) => Promise<DecoderInfo>;
  readonly encoding: (image: number, engine: string) => Promise<EncodingKey>;
  readonly outline: (mask: Rle) => Promise<PolygonShape["geometry"]>;
  readonly urls: { readonly decoder: (engine: string) => string; readonly encoding: (key: string) => string };
  readonly now: () => number;
}

type Reply = Answer & { readonly req_id: number };

export class LocalDecoder {
  /** Why the server answers although the browser should; empty: it need not. */
  readonly trouble = new Store("");
  private thread: Thread | null = null;
  private count = 0;
  private readonly waiting = new Map<number, (done: Done) => void>();
  private readonly plans = new Map<string, Promise<DecoderInfo>>();
  private readonly keys = new Map<string, Promise<EncodingKey>>();

  constructor(private readonly ports: LocalPorts) {}

  /** Fetches what a click on a picture that was just opened will need. */
  async prepare(image: number, engine: string): Promise<void> {
    const name = this.ports.engine(engine);
    if (name === null) return;
    this.plans.delete(name);
    this.keys.clear();
    try {
      await this.work(image, name, null);
    } catch (error) {
      this.tell(error);
    }
  }

  /** The answer to a question; null: the server has to be asked. */
  async predict(body: Body): Promise<Reply | null> {
    const [prompt] = body.prompts;
    const name = this.ports.engine(body.engine);
    if (name === null || !prompt || body.prompts.length > 1) return null;
    const began = this.ports.now();
    try {
      const done = await this.work(body.image_id, name, {
        object: body.object,
        points: prompt.points,
        box: prompt.box,
        maskRef: prompt.mask_ref,
        several: body.multimask,
        wantsMask: body.output !== "box",
      });
      if (!done) return null;
      const waited_ms = Math.max(0, this.ports.now() - began - done.ms);
      const candidates = await Promise.all((done.candidates ?? []).map((one) => this.shown(one, body.output)));
      this.trouble.set("");
      // Nothing is said of what was outdated before it was looked at.
      return { req_id: done.candidates ? body.req_id : -1, candidates, ms: done.ms, waited_ms };
    } catch (error) {
      this.tell(error);
      return null;
    }
  }

  /** Lets go of the thread and all it holds. */
  close(): void {
    this.thread?.terminate();
    this.thread = null;
    this.plans.clear();
    this.keys.clear();
    this.lose("the page was left");
  }

  private async shown(one: LocalCandidate, output: Body["output"]): Promise<Candidate> {
    const polygon = output === "polygon" && one.rle ? await this.ports.outline(one.rle) : null;
    const rle = output === "rle" ? one.rle : null;
    return { prompt: 0, box: one.box, polygon, rle, score: one.score, mask_ref: one.maskRef };
  }

  private async work(image: number, engine: string, asked: Work["asked"]): Promise<Done | null> {
    const [plan, { emb_key: key }] = await Promise.all([
      kept(this.plans, engine, () => this.ports.plan(engine)),
      kept(this.keys, `${image} ${engine}`, () => this.ports.encoding(image, engine)),
    ]);
    if (key === null) return null; // by tiles, by the server
    if (asked?.box && !knowsBoxes(plan)) return null;
    const { decoder, encoding } = this.ports.urls;
    const done = await this.send({ plan, decoder: decoder(engine), key, encoding: encoding(key), asked });
    if (done.error !== null) throw new Error(done.error);
    return done;
  }

  private send(work: Omit<Work, "id">): Promise<Done> {
    const thread = this.started();
    const id = ++this.count;
    return new Promise((answer) => {
      this.waiting.set(id, answer);
      thread.postMessage({ ...work, id });
    });
  }

  private started(): Thread {
    if (this.thread) return this.thread;
    const thread = this.ports.start();
    thread.onmessage = ({ data }) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
    thread.onerror = (event) => {
      thread.terminate();
      this.thread = null;
      this.lose(event.message || "the decoder could not be loaded");
    };
    this.thread = thread;
    return thread;
  }

  private lose(error: string): void {
    for (const [id, answer] of this.waiting) answer({ id, candidates: null, ms: 0, error });
    this.waiting.clear();
  }

  private tell(error: unknown): void {
    this.trouble.set(error instanceof Error ? error.message : String(error));
  }
}

/** What is being fetched, or was; what failed is fetched again the next time. */
function kept<T>(held: Map<string, Promise<T>>, name: string, fetch: () => Promise<T>): Promise<T> {
  const found = held.get(name) ?? fetch();
  held.set(name, found);
  found.catch(() => held.delete(name));
  return found;
}
