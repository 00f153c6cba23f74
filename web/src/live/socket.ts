/**
 * The socket of one narration: it comes back by itself, and what it tells is told once and in order.
 *
 * Each text bears a number that counts up. After a break the page names the last one it heard, and the server sends
 * what came after; a text that comes twice is passed over here.
 */
import { Emitter, Store } from "@/app/store";
import { waitMs } from "./backoff";
import { closing, type Closing } from "./closing";
import { parse, type Heard, type Said, type Standing, type Telling } from "./messages";

/** What a person wants of the narration; all of it may change while it runs. */
export interface Wish {
  readonly engine: string;
  readonly lang: string;
  /** Seconds from text to text; 0: as fast as it goes. */
  readonly everyS: number;
  /** Frames a second that are looked at; 0: every one. */
  readonly frameRate: number;
}

export interface Wire {
  send: (data: string | ArrayBuffer) => void;
  close: (code?: number) => void;
  /** Bytes that wait to be sent. */
  waiting: () => number;
}

export interface WireEvents {
  open: () => void;
  message: (data: unknown) => void;
  closed: (code: number, reason: string) => void;
}

/** What the socket needs from a browser. */
export interface SocketPorts {
  connect: (events: WireEvents) => Wire;
  /** Calls back after so many milliseconds; the function returned takes it back. */
  later: (ms: number, call: () => void) => () => void;
  random: () => number;
}

export type Link =
  | { readonly at: "connecting"; readonly attempt: number }
  | { readonly at: "live" }
  | { readonly at: "waiting"; readonly attempt: number; readonly ms: number; readonly why: Closing }
  | { readonly at: "done" }
  | { readonly at: "stopped"; readonly why: Closing };

/** Longer without a sign of life, and the connection is taken for dead; heartbeats come every 15 s. */
const SILENCE_MS = 40_000;
/** More waiting to be sent than this, and a frame is left out: the next one is newer. */
const MOST_WAITING = 256 * 1024;
const LATER_ATTEMPT = 4;

export class NarrationSocket {
  readonly link = new Store<Link>({ at: "connecting", attempt: 0 });
  readonly standing = new Store<Standing | null>(null);
  readonly paused = new Store(false);
  /** Whether the summary and the end were asked for. */
  readonly ending = new Store(false);
  /** Frames that this page left out, because the connection was slower than the camera. */
  readonly held = new Store(0);
  /** Texts that were made while this page was too slow or away for too long. */
  readonly missed = new Store(0);
  readonly tellings = new Emitter<Telling>();

  private wire: Wire | null = null;
  private open = false;
  private over = false;
  private attempt = 0;
  private said: Said | null = null;
  private cancelTimer: () => void = () => undefined;
  private cancelSilence: () => void = () => undefined;

  constructor(
    private readonly ports: SocketPorts,
    private readonly media: string,
    private wish: Wish,
    /** The number of the last text that is known; null: of a clip all are wanted, of a camera the next. */
    private lastSeen: number | null = null,
  ) {}

  /** Begins, or begins again after it was stopped: with what is wanted by now. */
  start(): void {
    this.over = false;
    this.ending.set(false);
    this.attempt = 0;
    this.connect();
  }

  /** Ends it for good; nothing is told any more. */
  stop(): void {
    this.over = true;
    this.cancelTimer();
    this.cancelSilence();
    this.wire?.close(1000);
    this.wire = null;
    this.open = false;
  }

  /** Tries at once instead of when the wait is over. */
  retryNow(): void {
    if (this.over || this.wire) return;
    this.cancelTimer();
    this.connect();
  }

  change(wish: Partial<Wish>): void {
    this.wish = { ...this.wish, ...wish };
    this.say({ type: "set", ...this.asked() });
  }

  /**
   * Asks for the summary and the end; what still comes is told, also to who pauses. False where there is nothing to
   * wait for: nobody is there to be asked, or others watch, for whom it goes on.
   */
  conclude(): boolean {
    if (!this.open || (this.standing.get()?.viewers ?? 1) > 1) return false;
    this.ending.set(true);
    this.paused.set(false);
    this.say({ type: "stop" });
    return true;
  }

  pause(on: boolean): void {
    this.paused.set(on);
    this.say({ type: on ? "pause" : "resume" });
  }

  /** Whether a frame would go out now. */
  takesFrames(): boolean {
    return this.open && !this.paused.get() && !this.ending.get();
  }

  /** Sends a camera's frame; false when it was left out. */
  sendFrame(frame: ArrayBuffer): boolean {
    if (!this.wire || !this.takesFrames()) return false;
    if (this.wire.waiting() > MOST_WAITING) {
      this.held.set(this.held.get() + 1);
      return false;
    }
    this.wire.send(frame);
    return true;
  }

  private asked(): Record<string, unknown> {
    const { engine, lang, everyS, frameRate } = this.wish;
    return { engine, lang, every_s: everyS, frame_rate: frameRate || null };
  }

  private say(message: Record<string, unknown>): void {
    if (this.open) this.wire?.send(JSON.stringify(message));
  }

  private connect(): void {
    this.attempt += 1;
    this.link.set({ at: "connecting", attempt: this.attempt });
    const wire: Wire = this.ports.connect({
      open: () => {
        if (this.wire !== wire) return;
        this.open = true;
        this.said = null;
        this.say({ type: "open", media_id: this.media, last_seen: this.lastSeen, ...this.asked() });
        if (this.paused.get()) this.say({ type: "pause" });
        if (this.ending.get()) this.say({ type: "stop" });
        this.listen();
      },
      message: (data) => {
        if (this.wire === wire) this.hear(data);
      },
      closed: (code, reason) => {
        if (this.wire === wire) this.closed(code, reason);
      },
    });
    this.wire = wire;
  }

  private hear(data: unknown): void {
    const heard = parse(data);
    if (!heard) return;
    this.listen();
    // A server that takes us and fails at once is not met at full speed.
    if (heard.type === "telling" || heard.type === "heartbeat") this.attempt = 0;
    if (this.link.get().at !== "live") this.link.set({ at: "live" });
    this.take(heard);
  }

  private take(heard: Heard): void {
    if (heard.type === "state") this.stands(heard.standing);
    else if (heard.type === "skipped") this.missed.set(this.missed.get() + heard.texts);
    else if (heard.type === "error") this.said = heard.said;
    else if (heard.type === "telling" && heard.telling.id > (this.lastSeen ?? -1)) {
      this.lastSeen = heard.telling.id;
      this.tellings.tell(heard.telling);
    }
  }

  private stands(standing: Standing): void {
    if (standing.reset) this.lastSeen = 0;
    if (standing.missed > 0) this.missed.set(this.missed.get() + standing.missed);
    this.standing.set(standing);
  }

  private finish(): void {
    this.stop();
    this.link.set({ at: "done" });
  }

  private listen(): void {
    this.cancelSilence();
    this.cancelSilence = this.ports.later(SILENCE_MS, () => {
      const silent = this.wire;
      this.closed(1006, "");
      silent?.close();
    });
  }

  private closed(code: number, reason: string): void {
    this.wire = null;
    this.open = false;
    this.cancelSilence();
    if (this.over) return;
    const why = closing(code, this.said?.message ?? reason, this.said?.hint);
    if (why.then === "done") {
      this.finish();
      return;
    }
    if (why.then === "stop") {
      this.stop();
      this.link.set({ at: "stopped", why });
      return;
    }
    if (why.then === "later") this.attempt = Math.max(this.attempt, LATER_ATTEMPT);
    const ms = waitMs(this.attempt, this.ports.random);
    this.link.set({ at: "waiting", attempt: this.attempt, ms, why });
    this.cancelTimer = this.ports.later(ms, () => this.connect());
  }
}
