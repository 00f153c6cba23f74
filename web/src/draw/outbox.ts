import { ApiError } from "@/api/http";
import { Bars, type Hold } from "@/label/turns";
import { plan, shown, type Conflict, type Way } from "./merge";
import { sameObject, sameObjects, type Change, type Document, type DrawnObject } from "./objects";

/** One act of drawing in one picture, and so one step of undo. Plain data: it survives a closed browser. */
export interface Entry extends Change {
  readonly key: number;
  readonly project: string;
  readonly image: number;
  /** The state of the picture that was seen; null overrules whatever is there. */
  readonly version: number | null;
  /** What the touched objects were before. */
  readonly before: readonly DrawnObject[];
  readonly description: string;
  /** When it was done, by this browser's clock. */
  readonly at: number;
}

export interface Sent extends Change {
  readonly image_id: number;
  readonly version: number | null;
}

export interface AppliedImage {
  readonly id: number;
  readonly version: number;
}

export interface Applied {
  readonly seq: number;
  readonly images: readonly AppliedImage[];
}

/** Where entries survive: each has a place of its own, so that a long queue costs no more than a short one. */
export interface Keep {
  put: (entry: Entry) => boolean;
  drop: (key: number) => void;
}

export interface Ports {
  send: (project: string, changes: readonly Sent[], description: string) => Promise<Applied>;
  keep: Keep;
  after: (ms: number, run: () => void) => () => void;
  now: () => number;
  /** What the server was last known to have; null where it is not known. */
  seen: (image: number) => readonly DrawnObject[] | null;
}

export type DrawEvent =
  | { readonly kind: "saved"; readonly entry: Entry; readonly seq: number; readonly version: number }
  | { readonly kind: "refused"; readonly entry: Entry; readonly error: ApiError }
  | { readonly kind: "withdrawn"; readonly entry: Entry }
  | { readonly kind: "conflict"; readonly image: number }
  | { readonly kind: "settled"; readonly image: number; readonly way: Way; readonly theirs: Document };

export type SaveState = "saved" | "saving" | "offline" | "waiting";

const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];
/** So often an error inside the server is tried again, before its entry counts as refused. */
const MOST_TRIES = 5;

/**
 * What was drawn, on its way to the server, in the order in which it was drawn.
 *
 * The page shows it at once; entries leave one after the other; what cannot be sent is kept and tried again. A picture
 * that somebody else has changed meanwhile holds its entries back until a person chooses; the others go on.
 */
export class DrawOutbox {
  private entries: Entry[] = [];
  private sending: Entry | null = null;
  private readonly acked = new Map<number, number>();
  private readonly held = new Map<number, Document>();
  private readonly changeListeners = new Set<() => void>();
  private readonly eventListeners = new Set<(event: DrawEvent) => void>();
  private tries = 0;
  private cancelWait: (() => void) | null = null;
  private readonly bars = new Bars();
  private state: SaveState = "saved";
  private revision = 0;
  private nextKey = 1;
  /** How often something was newly drawn. */
  pushes = 0;
  /** Entries that the browser has no room for: they live as long as the page does. */
  private readonly unkept = new Set<number>();

  constructor(private readonly ports: Ports) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  };

  readonly snapshot = (): number => this.revision;

  onEvent(listener: (event: DrawEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  get saveState(): SaveState {
    return this.state;
  }

  get unsent(): number {
    return this.entries.length;
  }

  /** Whether closing the page loses something. */
  get fragile(): boolean {
    return this.unkept.size > 0;
  }

  /** What is on its way for a picture, oldest first. */
  pending(image: number): readonly Entry[] {
    return this.entries.filter((entry) => entry.image === image);
  }

  /** Pictures that wait for a person's choice. */
  conflicts(): readonly number[] {
    return [...this.held.keys()];
  }

  conflict(image: number): Conflict | null {
    const theirs = this.held.get(image);
    if (!theirs) return null;
    const entries = this.pending(image);
    return { entries, theirs, mine: shown(this.ports.seen(image) ?? theirs.objects, entries) };
  }

  push(entry: Omit<Entry, "key" | "at">): void {
    this.pushes += 1;
    this.adopt([{ ...entry, key: 0, at: this.ports.now() }]);
  }

  /** Takes over entries that another tab, or this page before it was loaded anew, could not send. */
  adopt(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const own = { ...entry, key: this.nextKey++ };
      this.entries.push(own);
      if (!this.ports.keep.put(own)) this.unkept.add(own.key);
    }
    this.settle(this.state === "offline" || this.state === "waiting" ? this.state : "saving");
    void this.flush();
  }

  /** When the newest entry of a project was made that has not left yet; null where there is none. */
  newest(project: string): number | null {
    const entry = this.entries.at(-1);
    return entry && entry !== this.sending && entry.project === project ? entry.at : null;
  }

  /** Takes the newest entry back if it has not left yet. */
  withdraw(project: string): Entry | null {
    const entry = this.entries.at(-1);
    if (!entry || this.newest(project) === null) return null;
    this.remove(entry);
    if (this.pending(entry.image).length === 0) this.held.delete(entry.image);
    this.tell({ kind: "withdrawn", entry });
    this.settle(this.rested());
    return entry;
  }

  /** Carries out what a person has chosen for a picture that two have changed. */
  resolve(image: number, way: Way): void {
    const conflict = this.conflict(image);
    const [first] = conflict?.entries ?? [];
    if (!conflict || !first) return;
    const change = plan(way, conflict);
    for (const entry of conflict.entries) this.remove(entry);
    this.held.delete(image);
    this.acked.set(image, conflict.theirs.version);
    if (change.put.length + change.delete.length > 0 || change.review !== undefined || change.note !== undefined) {
      const touched = new Set([...change.put.map(({ uid }) => uid), ...change.delete]);
      const before = conflict.theirs.objects.filter(({ uid }) => touched.has(uid));
      const { project } = first;
      const { version } = conflict.theirs;
      this.push({ ...change, project, image, version, before, description: "Merge what two people drew" });
    }
    this.tell({ kind: "settled", image, way, theirs: conflict.theirs });
    this.settle(this.rested());
    void this.flush();
  }

  /** The connection is back, or somebody is impatient. */
  retryNow(): void {
    this.cancelWait?.();
    this.cancelWait = null;
    void this.flush();
  }

  /** Resolves once everything (that was drawn before a key) has been sent, kept back or refused. */
  async drained(before = Infinity): Promise<void> {
    if (this.lowest() >= before || this.state === "offline" || this.state === "waiting") return;
    await this.bars.until(before);
  }

  /** What is drawn from now on waits until it is released, and is sent with the versions that are known then. */
  hold(): Hold {
    return this.bars.hold(this.nextKey, this.drained(this.nextKey), () => void this.flush());
  }

  /** A version that the server has told of since, by answer or by undo. */
  learn(images: readonly AppliedImage[]): void {
    for (const { id, version } of images) this.acked.set(id, Math.max(version, this.acked.get(id) ?? 0));
  }

  private next(): Entry | undefined {
    return this.entries.find((entry) => !this.held.has(entry.image));
  }

  /** The key of the oldest entry that no person has to decide on. */
  private lowest(): number {
    return this.next()?.key ?? Infinity;
  }

  private rested(): SaveState {
    if (this.state === "offline" || this.state === "waiting") return this.next() ? this.state : "saved";
    return this.next() ? "saving" : "saved";
  }

  private async flush(): Promise<void> {
    if (this.sending || this.cancelWait) return;
    const entry = this.next();
    this.bars.wake(this.lowest());
    if (!entry || !this.bars.open(entry.key)) return;
    this.sending = entry;
    try {
      const answer = await this.ports.send(entry.project, [this.sent(entry)], entry.description);
      this.learn(answer.images);
      this.saved(entry, answer.seq);
    } catch (error) {
      this.failed(entry, error instanceof ApiError ? error : new ApiError(0, { message: String(error) }));
    } finally {
      this.sending = null;
    }
    void this.flush();
  }

  private sent({ image, version, put, delete: gone, review, note }: Entry): Sent {
    return {
      image_id: image,
      version: version === null ? null : Math.max(version, this.acked.get(image) ?? 0),
      put,
      delete: gone,
      ...(review !== undefined && { review }),
      ...(note !== undefined && { note }),
    };
  }

  private saved(entry: Entry, seq: number): void {
    this.tries = 0;
    this.remove(entry);
    this.tell({ kind: "saved", entry, seq, version: this.acked.get(entry.image) ?? 0 });
    this.settle(this.next() ? "saving" : "saved");
  }

  private failed(entry: Entry, error: ApiError): void {
    const theirs = currentOf(error, entry.image);
    if (theirs) this.contested(entry, theirs);
    else if (this.worthTrying(error)) this.wait(error);
    else {
      this.tries = 0;
      this.remove(entry);
      this.tell({ kind: "refused", entry, error });
      this.settle(this.next() ? "saving" : "saved");
    }
  }

  /** The picture has another version than the one that was seen. */
  private contested(entry: Entry, theirs: Document): void {
    if (agrees(entry, theirs)) {
      // The answer to an earlier try was lost on the way: what stands there is what we said.
      this.learn([{ id: entry.image, version: theirs.version }]);
      this.saved(entry, 0);
      return;
    }
    const seen = this.ports.seen(entry.image);
    const newer = theirs.version > (this.sent(entry).version ?? 0);
    if (newer && (seen ? sameObjects(seen, theirs.objects) : untouched(entry, theirs))) {
      // Something else of the picture has changed, its class for one: what was drawn stands on its own.
      this.learn([{ id: entry.image, version: theirs.version }]);
      this.settle("saving");
      return;
    }
    this.held.set(entry.image, theirs);
    this.tell({ kind: "conflict", image: entry.image });
    this.settle(this.next() ? "saving" : "saved");
  }

  private worthTrying(error: ApiError): boolean {
    if (error.passing || error.status === 401 || error.status === 403) return true;
    return error.status >= 500 && this.tries < MOST_TRIES;
  }

  private wait(error: ApiError): void {
    const ms = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] ?? 1000;
    this.tries += 1;
    this.cancelWait = this.ports.after(ms, () => {
      this.cancelWait = null;
      void this.flush();
    });
    this.settle(error.status === 0 || error.status === 401 || error.status === 403 ? "offline" : "waiting");
    this.bars.wake(Infinity);
  }

  private remove(entry: Entry): void {
    this.entries = this.entries.filter((other) => other !== entry);
    this.unkept.delete(entry.key);
    this.ports.keep.drop(entry.key);
  }

  private settle(state: SaveState): void {
    this.state = state;
    this.revision += 1;
    for (const listener of this.changeListeners) listener();
  }

  private tell(event: DrawEvent): void {
    for (const listener of this.eventListeners) listener(event);
  }
}

/** An entry as it was kept; null for whatever is not one. */
export function parseEntry(text: string | null): Entry | null {
  try {
    const value = JSON.parse(text ?? "null") as Partial<Entry> | null;
    const whole =
      value !== null &&
      typeof value === "object" &&
      typeof value.project === "string" &&
      typeof value.image === "number" &&
      [value.put, value.delete, value.before].every(Array.isArray);
    return whole ? (value as Entry) : null;
  } catch {
    return null;
  }
}

/** The present state of a picture that a conflict carries; null for any other refusal. */
export function currentOf(error: ApiError, image: number): Document | null {
  const body = error.body as { current?: unknown } | null;
  if (error.status !== 409 || !Array.isArray(body?.current)) return null;
  return (body.current as Document[]).find((one) => one.image_id === image) ?? null;
}

function agrees({ put, delete: gone, review, note }: Entry, theirs: Document): boolean {
  const there = new Map(theirs.objects.map((one) => [one.uid, one]));
  return (
    put.every((one) => {
      const twin = there.get(one.uid);
      return twin !== undefined && sameObject(one, twin);
    }) &&
    gone.every((uid) => !there.has(uid)) &&
    (review === undefined || review === theirs.review) &&
    (note === undefined || note === theirs.note)
  );
}

/** What this entry touches is as it was before: nobody else has changed that. */
function untouched({ put, delete: gone, before }: Entry, theirs: Document): boolean {
  const there = new Map(theirs.objects.map((one) => [one.uid, one]));
  const was = new Map(before.map((one) => [one.uid, one]));
  return [...put.map(({ uid }) => uid), ...gone].every((uid) => {
    const [old, now] = [was.get(uid), there.get(uid)];
    return old === undefined || now === undefined ? old === now : sameObject(old, now);
  });
}
