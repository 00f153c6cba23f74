/** Questions to the server about objects that are being drawn: of each object only the newest answer counts. */
import { ApiError } from "@/api/http";
import type { Answer, Form, Pointed } from "./words";
import { OUTPUT } from "./words";

/** What goes over the wire. */
export interface Body {
  readonly client: string;
  readonly object: string;
  readonly gen: number;
  readonly req_id: number;
  readonly image_id: number;
  readonly engine: string;
  readonly prompts: readonly {
    readonly points: readonly (readonly [number, number, number])[];
    readonly box: readonly number[] | null;
    readonly mask_ref: string | null;
  }[];
  readonly multimask: boolean;
  readonly output: "box" | "polygon" | "rle";
}

export interface AskerPorts {
  readonly predict: (body: Body) => Promise<Answer & { readonly req_id: number }>;
  readonly cancel: (body: { client: string; object: string }) => Promise<unknown>;
  readonly now: () => number;
  /** Tells this page from all others. */
  readonly client: string;
}

export interface Question {
  /** What is being drawn. */
  readonly object: string;
  /** What it is called where the questions are listed. */
  readonly title: string;
  readonly image: number;
  readonly engine: string;
  readonly prompts: readonly Pointed[];
  readonly form: Form;
  readonly several: boolean;
}

/** A question that has no answer yet. */
export interface Pending {
  readonly object: string;
  readonly title: string;
  readonly image: number;
  readonly since: number;
}

const wire = ({ box, points = [], maskRef = null }: Pointed): Body["prompts"][number] => ({
  points: points.map(({ x, y, on }) => [x, y, on ? 1 : 0] as const),
  box: box ?? null,
  mask_ref: maskRef,
});

export class Asker {
  readonly client: string;
  private list: readonly Pending[] = [];
  private count = 0;
  private readonly newest = new Map<string, { readonly id: number; readonly gen: number }>();
  private readonly watchers = new Set<() => void>();

  constructor(private readonly ports: AskerPorts) {
    this.client = ports.client;
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** The questions that are on their way, the oldest first. */
  readonly snapshot = (): readonly Pending[] => this.list;

  /** Asks; null when something newer was asked about the object meanwhile, or nobody wants the answer any more. */
  async ask(question: Question): Promise<Answer | null> {
    const { object, title, image, engine, prompts, form, several } = question;
    const id = ++this.count;
    const gen = (this.newest.get(object)?.gen ?? 0) + 1;
    this.newest.set(object, { id, gen });
    const since = this.ports.now();
    this.set([...this.list.filter((one) => one.object !== object), { object, title, image, since }]);
    const isNewest = () => this.newest.get(object)?.id === id;
    try {
      const answer = await this.ports.predict({
        client: this.client,
        object,
        gen,
        req_id: id,
        image_id: image,
        engine,
        prompts: prompts.map(wire),
        multimask: several,
        output: OUTPUT[form],
      });
      return isNewest() && answer.req_id === id ? answer : null;
    } catch (error) {
      if (!isNewest() || (error instanceof ApiError && error.code === "cancelled")) return null;
      throw error;
    } finally {
      if (isNewest()) this.drop(object);
    }
  }

  /** Nobody wants to know any more what an object looks like. */
  forget(object: string): void {
    if (!this.list.some((one) => one.object === object)) return;
    const gen = this.newest.get(object)?.gen ?? 0;
    this.newest.set(object, { id: 0, gen });
    this.set(this.list.filter((one) => one.object !== object));
    // It is only a kindness to the server: the answer is ignored anyway.
    void this.ports.cancel({ client: this.client, object }).catch(() => undefined);
  }

  private drop(object: string): void {
    this.set(this.list.filter((one) => one.object !== object));
  }

  private set(list: readonly Pending[]): void {
    this.list = list;
    for (const watcher of this.watchers) watcher();
  }
}
