/** What travels over a narration's socket, read with care: a message that is not understood is left out. */

/** An object that was seen; `box` in pixels of the frame, left, top, right, bottom. */
export interface SeenBox {
  readonly name: string;
  readonly score: number;
  readonly box: readonly [number, number, number, number];
  /** The same number is the same object; 0: it is not followed. */
  readonly track: number;
}

/** One text about a frame, or about the whole clip. */
export interface Telling {
  /** Counts up; what was heard before is known by it. */
  readonly id: number;
  readonly timestamp: string;
  readonly text: string;
  /** 0..1. */
  readonly confidence: number;
  readonly overlayUrl: string | null;
  readonly boxes: readonly SeenBox[];
  /** Of the frame, pixels; 0 where it was not said. */
  readonly width: number;
  readonly height: number;
  /** Of the frame, seconds since the start. */
  readonly timeS: number;
  readonly kind: "text" | "summary";
  readonly lang: string;
  readonly askedLang: string;
  readonly engine: string;
  /** From the frame to the text. */
  readonly latencyMs: number;
  /** Frames that were passed over so far, because a newer one was there. */
  readonly dropped: number;
  /** What a person should know, such as a language that is not known. */
  readonly notes: readonly string[];
}

/** What went wrong, with the next step. */
export interface Said {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** How the narration stands. */
export interface Standing {
  /** Of the narration; another one begins with another engine or language. */
  readonly session: string;
  readonly state: "starting" | "running" | "paused" | "done" | "failed";
  readonly engine: string;
  readonly lang: string;
  readonly viewers: number;
  readonly notes: readonly string[];
  readonly error: Said | null;
  /** Why the last change was not made. */
  readonly trouble: Said | null;
  /** Texts after the last one heard that are kept no more. */
  readonly missed: number;
  /** What was heard before is of texts that are gone: numbers begin anew. */
  readonly reset: boolean;
}

export type Heard =
  | { readonly type: "telling"; readonly telling: Telling }
  | { readonly type: "state"; readonly standing: Standing }
  | { readonly type: "error"; readonly said: Said }
  /** The page was too slow: so many texts were left out, the newest follows. */
  | { readonly type: "skipped"; readonly texts: number }
  | { readonly type: "heartbeat" }
  | { readonly type: "end" };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown, otherwise = 0): number =>
  typeof value === "number" && Number.isFinite(value) ? value : otherwise;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

function boxOf(value: unknown): SeenBox | null {
  if (!isFields(value) || !Array.isArray(value.box)) return null;
  const [x1, y1, x2, y2] = value.box.map((one) => number(one, NaN));
  const found = [x1 ?? NaN, y1 ?? NaN, x2 ?? NaN, y2 ?? NaN] as const;
  if (found.some(Number.isNaN)) return null;
  return { name: text(value.name), score: number(value.score), box: found, track: number(value.track) };
}

function telling(said: Fields): Telling | null {
  const id = said.id;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || typeof said.text !== "string") return null;
  const boxes = Array.isArray(said.boxes) ? said.boxes.map(boxOf) : [];
  return {
    id,
    timestamp: text(said.timestamp),
    text: said.text,
    confidence: number(said.confidence),
    overlayUrl: text(said.overlay_url) || null,
    boxes: boxes.filter((one) => one !== null),
    width: number(said.width),
    height: number(said.height),
    timeS: number(said.time_s),
    kind: said.kind === "summary" ? "summary" : "text",
    lang: text(said.lang),
    askedLang: text(said.asked_lang),
    engine: text(said.engine),
    latencyMs: number(said.latency_ms),
    dropped: number(said.dropped),
    notes: texts(said.notes),
  };
}

const STATES = ["starting", "running", "paused", "done", "failed"] as const;

const said = (value: unknown): Said | null =>
  isFields(value) ? { code: text(value.code), message: text(value.message), hint: text(value.hint) } : null;

const standing = (told: Fields): Standing => ({
  session: text(told.session),
  state: STATES.find((one) => one === told.state) ?? "running",
  engine: text(told.engine),
  lang: text(told.asked_lang),
  viewers: number(told.viewers),
  notes: texts(told.notes),
  error: said(told.error),
  trouble: said(told.trouble),
  missed: number(told.missed),
  reset: told.reset === true,
});

const READERS: Readonly<Record<string, (told: Fields) => Heard | null>> = {
  heartbeat: () => ({ type: "heartbeat" }),
  end: () => ({ type: "end" }),
  state: (told) => ({ type: "state", standing: standing(told) }),
  skipped: (told) => ({ type: "skipped", texts: number(told.texts) }),
  error: (told) => {
    const found = said(told);
    return found && { type: "error", said: found };
  },
};

/** Reads one message; null for what is none. */
export function parse(data: unknown): Heard | null {
  if (typeof data !== "string") return null;
  let told: unknown;
  try {
    told = JSON.parse(data);
  } catch {
    return null;
  }
  if (!isFields(told)) return null;
  if (typeof told.type === "string") return READERS[told.type]?.(told) ?? null;
  const found = telling(told);
  return found && { type: "telling", telling: found };
}
