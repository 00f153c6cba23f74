/**
 * Loads thumbnails for a grid that is thrown about.
 *
 * The newest wish is served first (what is on screen now was asked for last), few are in flight (a browser opens
 * six connections to one host, and the rest of the page needs two), and a tile that leaves the screen takes its
 * request with it. Plain `<img>` elements do none of this: after a fling they load everything that flew past.
 */
export interface Ports {
  /** Loads one address; rejects when the signal aborts. */
  load: (url: string, signal: AbortSignal) => Promise<Blob>;
  /** Makes something to show out of the bytes, and frees it again. */
  show: (blob: Blob) => string;
  free: (shown: string) => void;
  after: (ms: number, run: () => void) => () => void;
}

export interface Options {
  inFlight?: number;
  /** Pictures kept after they left the screen. */
  keep?: number;
  /** How long a tile must stay before it is asked for, while the grid flies. */
  dwellMs?: number;
  /** Attempts before a picture counts as broken. */
  attempts?: number;
}

export type Outcome = { kind: "shown"; src: string } | { kind: "failed"; error: unknown };
type Listener = (outcome: Outcome) => void;

interface Wish {
  readonly url: string;
  readonly listeners: Set<Listener>;
  abort: AbortController | null;
  tries: number;
}

const browserPorts: Ports = {
  load: async (url, signal) => {
    const response = await fetch(url, { signal, credentials: "same-origin" });
    if (!response.ok) throw new Error(`${response.status}`);
    return await response.blob();
  },
  show: (blob) => URL.createObjectURL(blob),
  free: (src) => URL.revokeObjectURL(src),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export class Loader {
  private readonly limit: number;
  private readonly keep: number;
  private readonly dwellMs: number;
  private readonly attempts: number;
  private readonly cache = new Map<string, string>();
  private readonly inUse = new Map<string, number>();
  private readonly wishes = new Map<string, Wish>();
  /** Waiting wishes; the last one is served first. */
  private stack: Wish[] = [];
  private active = 0;
  private flying = false;

  constructor(
    options: Options = {},
    private readonly ports: Ports = browserPorts,
  ) {
    this.limit = options.inFlight ?? 4;
    this.keep = options.keep ?? 1500;
    this.dwellMs = options.dwellMs ?? 70;
    this.attempts = options.attempts ?? 2;
  }

  /** Tells whether the grid moves so fast that nothing can be seen. */
  setFlying(flying: boolean): void {
    this.flying = flying;
  }

  /** What is at hand now, without asking. */
  peek(url: string): string | undefined {
    return this.cache.get(url);
  }

  get requestsInFlight(): number {
    return this.active;
  }

  get waiting(): number {
    return this.stack.length;
  }

  /** Asks for a picture; the function returned takes the wish back, and lets the picture go. */
  want(url: string, tell: Listener): () => void {
    // A registration of its own, so that two tiles may share one function.
    const listener: Listener = (outcome) => tell(outcome);
    this.inUse.set(url, (this.inUse.get(url) ?? 0) + 1);
    const ready = this.cache.get(url);
    if (ready !== undefined) {
      this.touch(url, ready);
      listener({ kind: "shown", src: ready });
      return once(() => this.release(url));
    }
    const stopDwelling = this.flying ? this.ports.after(this.dwellMs, () => this.enqueue(url, listener)) : null;
    if (!stopDwelling) this.enqueue(url, listener);
    return once(() => {
      stopDwelling?.();
      this.drop(url, listener);
      this.release(url);
    });
  }

  /** Forgets every picture and request. */
  clear(): void {
    for (const wish of this.wishes.values()) wish.abort?.abort();
    for (const src of this.cache.values()) this.ports.free(src);
    this.wishes.clear();
    this.cache.clear();
    this.inUse.clear();
    this.stack = [];
  }

  private enqueue(url: string, listener: Listener): void {
    const ready = this.cache.get(url);
    if (ready !== undefined) {
      listener({ kind: "shown", src: ready });
      return;
    }
    const known = this.wishes.get(url);
    if (known) {
      known.listeners.add(listener);
      return;
    }
    const wish: Wish = { url, listeners: new Set([listener]), abort: null, tries: 0 };
    this.wishes.set(url, wish);
    this.stack.push(wish);
    this.pump();
  }

  private drop(url: string, listener: Listener): void {
    const wish = this.wishes.get(url);
    if (!wish?.listeners.delete(listener) || wish.listeners.size > 0) return;
    this.wishes.delete(url);
    if (wish.abort) wish.abort.abort();
    else this.stack = this.stack.filter((other) => other !== wish);
  }

  private pump(): void {
    while (this.active < this.limit) {
      const wish = this.stack.pop();
      if (!wish) return;
      void this.serve(wish);
    }
  }

  private async serve(wish: Wish): Promise<void> {
    const abort = new AbortController();
    wish.abort = abort;
    wish.tries += 1;
    this.active += 1;
    try {
      const blob = await this.ports.load(wish.url, abort.signal);
      if (!abort.signal.aborted) this.finish(wish, this.ports.show(blob));
    } catch (error) {
      if (!abort.signal.aborted) this.fail(wish, error);
    } finally {
      this.active -= 1;
      this.pump();
    }
  }

  private finish(wish: Wish, src: string): void {
    this.wishes.delete(wish.url);
    this.cache.set(wish.url, src);
    this.trim();
    for (const tell of wish.listeners) tell({ kind: "shown", src });
  }

  private fail(wish: Wish, error: unknown): void {
    wish.abort = null;
    if (wish.tries < this.attempts) {
      this.stack.unshift(wish);
      return;
    }
    this.wishes.delete(wish.url);
    for (const tell of wish.listeners) tell({ kind: "failed", error });
  }

  private touch(url: string, src: string): void {
    this.cache.delete(url);
    this.cache.set(url, src);
  }

  private release(url: string): void {
    const left = (this.inUse.get(url) ?? 1) - 1;
    if (left > 0) this.inUse.set(url, left);
    else this.inUse.delete(url);
  }

  /** Frees the longest unused; never one that is on screen. */
  private trim(): void {
    if (this.cache.size <= this.keep) return;
    for (const [url, src] of this.cache) {
      if (this.cache.size <= this.keep) return;
      if (this.inUse.has(url)) continue;
      this.cache.delete(url);
      this.ports.free(src);
    }
  }
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
