import type { Range } from "@/grid/layout";

export interface Part<T> {
  readonly total: number;
  readonly items: readonly T[];
}
export type LoadPart<T> = (offset: number, limit: number, signal: AbortSignal) => Promise<Part<T>>;

interface Page<T> {
  items: readonly T[] | null;
  abort: AbortController | null;
}

const PAGE = 200;
const MOST = 1000;

/** A long list by position, loaded in pages around what is on screen. Its length is known with the first page. */
export class Rows<T> {
  private readonly pages = new Map<number, Page<T>>();
  private readonly listeners = new Set<() => void>();
  private revision = 0;
  private wanted: Range = { start: 0, end: 1 };
  /** null: not known yet. */
  total: number | null = null;
  error: unknown = null;

  constructor(private readonly load: LoadPart<T>) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with every change; for useSyncExternalStore. */
  readonly snapshot = (): number => this.revision;

  get(index: number): T | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.items?.[index % PAGE];
  }

  /** Loads what a range needs, and gives up what it does not. */
  ensure(range: Range): void {
    this.wanted = range;
    const needed = new Set<number>();
    for (let n = Math.floor(range.start / PAGE); n * PAGE < range.end; n += 1) needed.add(n);
    for (const [number, page] of this.pages) {
      if (needed.has(number) || !page.abort) continue;
      page.abort.abort();
      this.pages.delete(number);
    }
    for (const number of needed) if (!this.pages.has(number)) void this.fetch(number);
  }

  /** Positions in the order given, loading what is missing. */
  async of(indices: readonly number[], signal: AbortSignal): Promise<T[]> {
    const found = new Map<number, T>();
    for (const index of indices) {
      const known = this.get(index);
      if (known !== undefined) found.set(index, known);
    }
    const missing = indices.filter((index) => !found.has(index));
    for (let at = 0; at < missing.length;) {
      const start = missing[at] ?? 0;
      const { items } = await this.load(start, MOST, signal);
      items.forEach((item, i) => found.set(start + i, item));
      while (at < missing.length && (missing[at] ?? 0) < start + MOST) at += 1;
    }
    return indices.flatMap((index) => found.get(index) ?? []);
  }

  /** Tries again after a failure. */
  retry(): void {
    this.error = null;
    this.ensure(this.wanted);
    this.tell();
  }

  close(): void {
    for (const page of this.pages.values()) page.abort?.abort();
    this.listeners.clear();
  }

  private async fetch(number: number): Promise<void> {
    const page: Page<T> = { items: null, abort: new AbortController() };
    this.pages.set(number, page);
    const signal = page.abort?.signal;
    try {
      const part = await this.load(number * PAGE, PAGE, signal ?? new AbortController().signal);
      if (signal?.aborted) return;
      page.items = part.items;
      this.total = part.total;
      this.error = null;
    } catch (error) {
      if (signal?.aborted) return;
      this.pages.delete(number);
      this.error = error;
    } finally {
      page.abort = null;
    }
    this.tell();
  }

  private tell(): void {
    this.revision += 1;
    for (const listener of this.listeners) listener();
  }
}
