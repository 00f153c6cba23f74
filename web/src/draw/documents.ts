import { shown } from "./merge";
import { follows, type Document } from "./objects";
import type { DrawEvent, DrawOutbox } from "./outbox";

export interface DocumentPorts {
  load: (image: number) => Promise<Document>;
  outbox: Pick<DrawOutbox, "pending" | "onEvent">;
  /** Pictures that are kept besides the open one. */
  keep?: number;
}

export type Loaded = { readonly document: Document } | { readonly error: unknown };

interface Place {
  document: Document | null;
  loading: Promise<void> | null;
  stale: boolean;
  error: unknown;
}

/**
 * What the server was last known to have in each picture that is near, kept up to date by what it acknowledges.
 *
 * What is on its way is not in here: `shown` lays it over.
 */
export class Documents {
  private readonly places = new Map<number, Place>();
  private readonly listeners = new Set<(image: number) => void>();

  constructor(private readonly ports: DocumentPorts) {
    ports.outbox.onEvent((event) => this.hear(event));
  }

  /** Calls back when a picture was read, anew or at last, or could not be. */
  onRead(listener: (image: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What the server has, as far as is known. */
  peek(image: number): Document | null {
    return this.places.get(image)?.document ?? null;
  }

  /** The same with what is on its way there. */
  shown(image: number): Document | null {
    const document = this.peek(image);
    if (!document) return null;
    const entries = this.ports.outbox.pending(image);
    if (entries.length === 0) return document;
    const last = entries.reduce(follows, document);
    return { ...last, objects: shown(document.objects, entries) };
  }

  /** Why a picture could not be read; null while nothing is wrong. */
  errorOf(image: number): unknown {
    return this.places.get(image)?.error ?? null;
  }

  /** Reads a picture unless it is known; the most recently wanted are kept. */
  want(image: number): void {
    const place = this.places.get(image) ?? { document: null, loading: null, stale: false, error: null };
    this.places.delete(image);
    this.places.set(image, place);
    if (!place.loading && (place.document === null || place.stale)) place.loading = this.read(image, place);
    this.trim();
  }

  /** Something has changed: pictures, or all, are read again when they are next wanted; open ones at once. */
  stale(images: readonly number[] | null, open: readonly number[]): void {
    for (const [image, place] of this.places) if (images === null || images.includes(image)) place.stale = true;
    for (const image of open) if (this.places.get(image)?.stale) this.want(image);
  }

  /** Takes over what is known to be there. */
  put(document: Document): void {
    const place = this.places.get(document.image_id);
    if (place) Object.assign(place, { document, stale: false, error: null });
    else this.places.set(document.image_id, { document, loading: null, stale: false, error: null });
  }

  private async read(image: number, place: Place): Promise<void> {
    place.stale = false;
    try {
      const document = await this.ports.load(image);
      place.error = null;
      if (place.document && this.ports.outbox.pending(image).length > 0) {
        // What is on its way was drawn over what was known then: that stays until all of it has arrived.
        place.loading = null;
        place.stale = true;
        return;
      }
      // What was acknowledged meanwhile is newer than the answer.
      if (!place.document || document.version >= place.document.version) place.document = document;
    } catch (error) {
      place.error = error;
      place.stale = true;
    }
    place.loading = null;
    for (const listener of this.listeners) listener(image);
    // Changed again while it was read.
    if (place.stale && place.error === null) this.want(image);
  }

  private hear(event: DrawEvent): void {
    if (event.kind === "settled") this.put(event.theirs);
    if (event.kind === "refused") this.stale([event.entry.image], []);
    if (event.kind !== "saved") return;
    const { image } = event.entry;
    const place = this.places.get(image);
    if (!place?.document) return;
    const { document } = place;
    place.document = { ...follows(document, event.entry), version: Math.max(document.version, event.version) };
    // An answer that was lost on the way tells nothing of what others did meanwhile.
    if (event.seq === 0) place.stale = true;
    if (place.stale && this.ports.outbox.pending(image).length === 0) this.want(image);
  }

  private trim(): void {
    const most = this.ports.keep ?? 12;
    for (const [image, place] of this.places) {
      if (this.places.size <= most) return;
      if (!place.loading && this.ports.outbox.pending(image).length === 0) this.places.delete(image);
    }
  }
}
