import type { Item, LabelledImage, ViewWindow } from "@/api/types";
import type { Range } from "./layout";

export type LoadWindow = (offset: number, limit: number, signal: AbortSignal) => Promise<ViewWindow>;

interface Page {
  /** Null within it: an image that is gone. */
  items: readonly (Item | null)[] | null;
  abort: AbortController | null;
  stale: boolean;
  used: number;
}

/** The items of a window at their positions; the server leaves out those that are gone and tells where. */
export function placed({ size, offset, items, gone }: ViewWindow, limit: number): readonly (Item | null)[] {
  if (gone.length === 0) return items;
  const holes = new Set(gone);
  const length = Math.max(0, Math.min(limit, size - offset));
  let next = 0;
  return Array.from({ length }, (_, i) => (holes.has(offset + i) ? null : (items[next++] ?? null)));
}

/** What was told of an image while the answer was on its way is newer than the answer. */
function newest(known: Item | null, item: Item | null): Item | null {
  if (!known || !item || known.version <= item.version) return item;
  const { version, status, class_id, tags } = known;
  return { ...item, version, status, class_id, tags };
}

/**
 * The items of one view, by position, loaded in pages around what is on screen.
 *
 * Pages that are no longer near the screen are given up in flight, and the least recently used are dropped, so that
 * a walk through a million images holds a few thousand of them.
 */
export class Windows {
  private readonly pages = new Map<number, Page>();
  private readonly where = new Map<number, number>();
  private readonly listeners = new Set<() => void>();
  private clock = 0;
  private revision = 0;
  private wanted: Range = { start: 0, end: 0 };
  error: unknown = null;

  constructor(
    readonly size: number,
    private readonly load: LoadWindow,
    private readonly pageSize = 200,
    private readonly keepPages = 60,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with every change; for useSyncExternalStore. */
  readonly snapshot = (): number => this.revision;

  get(index: number): Item | undefined {
    const page = this.pages.get(Math.floor(index / this.pageSize));
    return page?.items?.[index % this.pageSize] ?? undefined;
  }

  /** Whether the image at a position has been deleted since the view was made. */
  isGone(index: number): boolean {
    const page = this.pages.get(Math.floor(index / this.pageSize));
    return page?.items?.[index % this.pageSize] === null;
  }

  /** Position of an image that is loaded. */
  indexOf(imageId: number): number | undefined {
    return this.where.get(imageId);
  }

  byId(imageId: number): Item | undefined {
    const index = this.where.get(imageId);
    return index === undefined ? undefined : this.get(index);
  }

  /** Loads what the range needs, and gives up what it does not. */
  ensure(range: Range): void {
    this.wanted = range;
    const needed = new Set(this.pagesOf(range));
    for (const [number, page] of this.pages) {
      if (!needed.has(number) && page.abort) {
        page.abort.abort();
        page.abort = null;
        page.stale = true;
        if (!page.items) this.pages.delete(number);
      }
    }
    for (const number of needed) {
      const page = this.pages.get(number);
      if (page) page.used = ++this.clock;
      if (!page || (!page.abort && (page.items === null || page.stale))) void this.fetch(number);
    }
  }

  /** All items of a range, loading what is missing. */
  async range(range: Range, signal: AbortSignal): Promise<(Item | null)[]> {
    const items: (Item | null)[] = [];
    for (let offset = range.start; offset < range.end; offset += 1000) {
      const limit = Math.min(1000, range.end - offset);
      const answer = await this.load(offset, limit, signal);
      items.push(...placed(answer, limit));
    }
    return items;
  }

  /** Takes over what the server says of some images. */
  apply(images: readonly LabelledImage[]): void {
    let changed = false;
    for (const image of images) {
      const index = this.where.get(image.id);
      if (index === undefined) continue;
      const page = this.pages.get(Math.floor(index / this.pageSize));
      const before = page?.items?.[index % this.pageSize];
      if (!page?.items || !before || before.version > image.version) continue;
      const { version, status, class_id } = image;
      const next = { ...before, version, status, class_id, tags: image.tags ?? before.tags };
      page.items = page.items.with(index % this.pageSize, next);
      changed = true;
    }
    if (changed) this.tell();
  }

  /** Marks pages as old: those on screen are loaded again now, the others when they are next seen. */
  invalidate(imageIds?: readonly number[]): void {
    const pages = new Set(imageIds ? imageIds.flatMap((id) => this.pageOf(id) ?? []) : this.pages.keys());
    // What a first answer that is on its way holds is not known: it may be any of them.
    for (const [number, page] of this.pages) if (page.items === null) pages.add(number);
    for (const number of pages) {
      const page = this.pages.get(number);
      if (page) page.stale = true;
    }
    if (pages.size > 0) this.ensure(this.wanted);
  }

  /** Marks all as old; resolves once what is on screen has been loaded again, or cannot be. */
  async renew(): Promise<void> {
    this.invalidate();
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!this.pagesOf(this.wanted).every((number) => this.isSettled(number))) return;
        stop();
        resolve();
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  /** Tries again after a failure. */
  retry(): void {
    this.error = null;
    this.ensure(this.wanted);
    this.tell();
  }

  /** Gives up what is on its way: nobody looks. */
  rest(): void {
    this.ensure({ start: 0, end: 0 });
  }

  close(): void {
    for (const page of this.pages.values()) page.abort?.abort();
    this.listeners.clear();
  }

  private pageOf(imageId: number): number | undefined {
    const index = this.where.get(imageId);
    return index === undefined ? undefined : Math.floor(index / this.pageSize);
  }

  private isSettled(number: number): boolean {
    const page = this.pages.get(number);
    return !page || (!page.abort && !page.stale);
  }

  private pagesOf(range: Range): number[] {
    if (range.end <= range.start) return [];
    const first = Math.floor(range.start / this.pageSize);
    const last = Math.floor((range.end - 1) / this.pageSize);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  private async fetch(number: number): Promise<void> {
    const abort = new AbortController();
    const page = this.pages.get(number) ?? { items: null, abort: null, stale: false, used: ++this.clock };
    page.abort = abort;
    page.stale = false;
    this.pages.set(number, page);
    try {
      const answer = await this.load(number * this.pageSize, this.pageSize, abort.signal);
      if (abort.signal.aborted) return;
      page.items = placed(answer, this.pageSize).map((item, i) => newest(page.items?.[i] ?? null, item));
      page.items.forEach((item, i) => item && this.where.set(item.id, number * this.pageSize + i));
      this.error = null;
      this.trim();
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = error;
      if (!page.items) this.pages.delete(number);
    } finally {
      if (page.abort === abort) page.abort = null;
    }
    // It may have become old while it was on its way.
    if (!this.isSettled(number)) this.ensure(this.wanted);
    this.tell();
  }

  private trim(): void {
    if (this.pages.size <= this.keepPages) return;
    const needed = new Set(this.pagesOf(this.wanted));
    const idle = [...this.pages].filter(([number, page]) => !page.abort && !needed.has(number));
    idle.sort(([, a], [, b]) => a.used - b.used);
    for (const [number, page] of idle.slice(0, this.pages.size - this.keepPages)) {
      for (const item of page.items ?? []) if (item) this.where.delete(item.id);
      this.pages.delete(number);
    }
  }

  private tell(): void {
    this.revision += 1;
    for (const listener of this.listeners) listener();
  }
}
