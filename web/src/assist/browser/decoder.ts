/** Answers questions one after the other, from decoders and encodings that it fetches when they are first needed. */
import { rleOf } from "@/editor/raster";
import { arraysOf, type NamedArray } from "./arrays";
import { candidatesOf, feedsOf, frameOf, type Found } from "./sam";
import { HERE, type Asked, type Done, type LocalCandidate, type Work } from "./wire";

export type Run = (feeds: ReadonlyMap<string, NamedArray>) => Promise<ReadonlyMap<string, NamedArray>>;

export interface DecoderPorts {
  readonly fetch: (url: string) => Promise<ArrayBuffer>;
  readonly open: (file: ArrayBuffer) => Promise<Run>;
  readonly now: () => number;
}

const [DECODERS, ENCODINGS, ANSWERS] = [2, 6, 64];

/** Some values by name, those used last. */
class Held<T> {
  private readonly all = new Map<string, T>();

  constructor(private readonly most: number) {}

  get(name: string): T | undefined {
    const found = this.all.get(name);
    if (found !== undefined) this.put(name, found);
    return found;
  }

  put(name: string, value: T): void {
    this.all.delete(name);
    this.all.set(name, value);
    const [oldest] = this.all.keys();
    if (this.all.size > this.most && oldest !== undefined) this.all.delete(oldest);
  }

  drop(name: string): void {
    this.all.delete(name);
  }
}

export class Decoder {
  private readonly runs = new Held<Promise<Run>>(DECODERS);
  private readonly encodings = new Held<Promise<Map<string, NamedArray>>>(ENCODINGS);
  private readonly logits = new Held<{ readonly key: string; readonly values: Float32Array }>(ANSWERS);
  private readonly newest = new Map<string, number>();
  private line: Promise<unknown> = Promise.resolve();
  private count = 0;

  constructor(private readonly ports: DecoderPorts) {}

  /** Does one thing after the other; every fault is an answer. */
  take(work: Work): Promise<Done> {
    if (work.asked) this.newest.set(work.asked.object, work.id);
    const done = this.line.then(() => this.answer(work));
    this.line = done;
    return done;
  }

  private async answer(work: Work): Promise<Done> {
    const none = { id: work.id, candidates: null, ms: 0, error: null };
    const { asked } = work;
    try {
      const [run, encoding] = await Promise.all([this.run(work), this.encoding(work)]);
      if (!asked || this.newest.get(asked.object) !== work.id) return none;
      this.newest.delete(asked.object);
      const began = this.ports.now();
      const candidates = await this.decode(work, asked, run, encoding);
      return { ...none, candidates, ms: this.ports.now() - began };
    } catch (error) {
      return { ...none, error: error instanceof Error ? error.message : String(error) };
    }
  }

  private async decode(
    { plan, key }: Work,
    asked: Asked,
    run: Run,
    encoding: ReadonlyMap<string, NamedArray>,
  ): Promise<LocalCandidate[]> {
    const [width = 0, height = 0] = Array.from(encoding.get("size")?.data ?? [], Number);
    const frame = frameOf(width, height, plan);
    const earlier = asked.maskRef === null ? undefined : this.logits.get(asked.maskRef);
    const previous = earlier?.key === key ? earlier.values : null;
    const prompt = { points: asked.points, box: asked.box, previous, several: asked.several };
    const answers = await run(feedsOf(plan, encoding, frame, prompt));
    const masks = answers.get(plan.masks);
    if (!masks) throw new Error(`the decoder gives no ${plan.masks}`);
    const scores = answers.get(plan.scores);
    const guesses = scores ? Array.from(scores.data, Number) : null;
    return candidatesOf(masks, guesses, frame, prompt).map((one) => this.shown(one, key, asked, { width, height }));
  }

  private shown(
    one: Found,
    key: string,
    asked: Asked,
    size: { readonly width: number; readonly height: number },
  ): LocalCandidate {
    const maskRef = `${HERE}${++this.count}`;
    this.logits.put(maskRef, { key, values: one.logits });
    return { box: one.box, score: one.score, maskRef, rle: asked.wantsMask ? rleOf(one.mask, size) : null };
  }

  private run({ plan, decoder }: Work): Promise<Run> {
    return kept(this.runs, plan.key, async () => this.ports.open(await this.ports.fetch(decoder)));
  }

  private encoding({ key, encoding }: Work): Promise<Map<string, NamedArray>> {
    return kept(this.encodings, key, async () => arraysOf(await this.ports.fetch(encoding)));
  }
}

/** What is held, or is made now; what could not be made is tried again the next time. */
function kept<T>(held: Held<Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const found = held.get(name);
  if (found) return found;
  const made = make();
  held.put(name, made);
  made.catch(() => held.drop(name));
  return made;
}
