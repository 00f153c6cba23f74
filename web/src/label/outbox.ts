import { ApiError } from "@/api/http";
import type { Answer, LabelChange, LabelledImage, Status } from "@/api/types";
import { Bars, type Hold } from "./turns";

/** What is being said of some images; `class_id` alone means labelled. */
export interface Mark {
  readonly class_id?: number | null;
  readonly status: Exclude<Status, "conflict">;
  /** All tags that an image has then; left out where they stay as they are. */
  readonly tags?: readonly number[];
}

/** An image, the state of it that was seen, and what is said of it where that differs from the others. */
export interface Marked {
  readonly id: number;
  readonly version: number;
  readonly mark?: Mark;
}

/** One act of labelling, and so one step of undo. Plain data: it survives a closed browser. */
export interface Entry {
  readonly key: number;
  readonly project: string;
  readonly images: readonly Marked[];
  readonly mark: Mark;
}

export interface OutboxPorts {
  send: (project: string, changes: LabelChange[]) => Promise<Answer>;
  keep: { read: () => string | null; write: (text: string | null) => void };
  after: (ms: number, run: () => void) => () => void;
}

export type OutboxEvent =
  { kind: "saved"; entry: Entry; answer: Answer } | { kind: "refused"; entry: Entry; error: ApiError };

export type SaveState = "saved" | "saving" | "offline" | "waiting";

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

/**
 * Labels on their way to the server, in the order in which they were given.
 *
 * The page shows them at once (`overlay`); they leave one after the other; those that cannot be sent are kept and
 * tried again; those that are refused are taken back and told.
 */
export class Outbox {
  private entries: Entry[];
  private sending: Entry | null = null;
  private readonly acked = new Map<number, number>();
  private readonly changeListeners = new Set<() => void>();
  private readonly eventListeners = new Set<(event: OutboxEvent) => void>();
  private marks = new Map<number, Mark>();
  private tries = 0;
  private cancelWait: (() => void) | null = null;
  private readonly bars = new Bars();
  private state: SaveState = "saved";
  private revision = 0;
  private nextKey: number;
  /** How often something was newly given. */
  pushes = 0;

  constructor(private readonly ports: OutboxPorts) {
    this.entries = parse(ports.keep.read());
    this.nextKey = Math.max(0, ...this.entries.map((entry) => entry.key)) + 1;
    this.remark();
    if (this.entries.length > 0) void this.flush();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  };

  readonly snapshot = (): number => this.revision;

  onEvent(listener: (event: OutboxEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  get saveState(): SaveState {
    return this.state;
  }

  get unsent(): number {
    return this.entries.length;
  }

  /** What has been said of an image and not been acknowledged. */
  overlay(imageId: number): Mark | undefined {
    return this.marks.get(imageId);
  }

  push(project: string, images: readonly Marked[], mark: Mark): void {
    this.pushes += 1;
    const marked = images.map(({ id, version, mark: own }) => (own ? { id, version, mark: own } : { id, version }));
    this.adopt([{ key: 0, project, images: marked, mark }]);
  }

  /** Takes over entries that another tab could not send. */
  adopt(entries: readonly Entry[]): void {
    this.entries.push(...entries.map((entry) => ({ ...entry, key: this.nextKey++ })));
    this.settle(this.state === "offline" || this.state === "waiting" ? this.state : "saving");
    void this.flush();
  }

  /** Takes the newest entry back if it has not left yet. */
  withdraw(project: string): Entry | null {
    const entry = this.entries.at(-1);
    if (!entry || entry === this.sending || entry.project !== project) return null;
    this.entries.pop();
    this.settle(this.entries.length === 0 ? "saved" : this.state);
    return entry;
  }

  /** The connection is back, or somebody is impatient. */
  retryNow(): void {
    this.cancelWait?.();
    this.cancelWait = null;
    void this.flush();
  }

  /** Resolves once everything (that was given before a key) has been sent, kept back or refused. */
  async drained(before = Infinity): Promise<void> {
    if (this.lowest() >= before || this.state === "offline" || this.state === "waiting") return;
    await this.bars.until(before);
  }

  /** What is given from now on waits until it is released, and is sent with the versions that are known then. */
  hold(): Hold {
    return this.bars.hold(this.nextKey, this.drained(this.nextKey), () => void this.flush());
  }

  /** A version that the server has told of since, by answer or by undo. */
  learn(images: readonly Pick<LabelledImage, "id" | "version">[]): void {
    for (const { id, version } of images) this.acked.set(id, Math.max(version, this.acked.get(id) ?? 0));
  }

  private async flush(): Promise<void> {
    if (this.sending || this.cancelWait) return;
    const entry = this.entries[0];
    this.bars.wake(this.lowest());
    if (!entry || !this.bars.open(entry.key)) return;
    this.sending = entry;
    try {
      const answer = await this.ports.send(entry.project, this.changes(entry));
      this.learn(answer.images);
      this.done(entry);
      this.tell({ kind: "saved", entry, answer });
    } catch (error) {
      this.failed(entry, error);
    } finally {
      this.sending = null;
    }
    void this.flush();
  }

  private failed(entry: Entry, error: unknown): void {
    const problem = error instanceof ApiError ? error : new ApiError(0, { message: String(error) });
    if (!problem.passing) {
      this.done(entry);
      const current = conflicting(problem);
      this.learn(current);
      // The answer to an earlier try was lost on the way: what stands there is what we said.
      if (current.length > 0 && agrees(entry, current))
        this.tell({ kind: "saved", entry, answer: { seq: 0, images: current } });
      else this.tell({ kind: "refused", entry, error: problem });
      return;
    }
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] ?? 1000;
    this.tries += 1;
    this.cancelWait = this.ports.after(wait, () => {
      this.cancelWait = null;
      void this.flush();
    });
    this.settle([429, 507].includes(problem.status) ? "waiting" : "offline");
    this.bars.wake(Infinity);
  }

  private done(entry: Entry): void {
    this.tries = 0;
    this.entries = this.entries.filter((other) => other !== entry);
    this.settle(this.entries.length === 0 ? "saved" : "saving");
  }

  private changes(entry: Entry): LabelChange[] {
    return entry.images.map(({ id, version, mark }) => ({
      image_id: id,
      version: Math.max(version, this.acked.get(id) ?? 0),
      ...asChange(mark ?? entry.mark),
    }));
  }

  private settle(state: SaveState): void {
    this.state = state;
    this.ports.keep.write(this.entries.length === 0 ? null : JSON.stringify(this.entries));
    this.remark();
    this.revision += 1;
    for (const listener of this.changeListeners) listener();
  }

  private remark(): void {
    this.marks = new Map();
    for (const entry of this.entries)
      for (const { id, mark = entry.mark } of entry.images) {
        const tags = mark.tags ?? this.marks.get(id)?.tags;
        this.marks.set(id, tags ? { ...mark, tags } : mark);
      }
  }

  private tell(event: OutboxEvent): void {
    for (const listener of this.eventListeners) listener(event);
  }

  /** The key of the oldest entry. */
  private lowest(): number {
    return this.entries[0]?.key ?? Infinity;
  }
}

const asChange = ({ tags, ...mark }: Mark): Omit<LabelChange, "image_id" | "version"> =>
  tags ? { ...mark, tags: [...tags] } : mark;

/** Entries as they were kept; whatever is not one is left out. */
export function parse(text: string | null): Entry[] {
  if (!text) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Partial<Entry>;
  return (
    typeof entry.key === "number" &&
    typeof entry.project === "string" &&
    Array.isArray(entry.images) &&
    typeof entry.mark === "object"
  );
}

/** The current state that a conflict carries; empty for any other refusal. */
export function conflicting(error: ApiError): LabelledImage[] {
  const body = error.body as { current?: unknown } | null;
  return error.status === 409 && Array.isArray(body?.current) ? (body.current as LabelledImage[]) : [];
}

const agrees = (entry: Entry, current: readonly LabelledImage[]): boolean =>
  entry.images.every(({ id, mark: { status, class_id, tags } = entry.mark }) =>
    current.some(
      (image) =>
        image.id === id &&
        image.status === status &&
        (class_id === undefined || image.class_id === class_id) &&
        (tags === undefined || String(image.tags ?? []) === String(tags)),
    ),
  );
