/** What a person wants found by words, kept in the browser; pure but for that. */
import { kept } from "@/app/kept";
import { Store } from "@/app/store";
import type { Question, TextDetector } from "./calls";

export interface Wish {
  readonly text: string;
  /** Name of an engine; empty: the first that is ready. */
  readonly engine: string;
  /** Believe it from here on; null: from where the engine is usually believed. */
  readonly least: number | null;
  /** Name of a segmenter that cleans up; empty: none. */
  readonly segmenter: string;
  readonly form: "box" | "polygon";
  /** Look into tiles too. */
  readonly small: boolean;
  readonly create: boolean;
}

/** Side of the tiles in which small things are looked for, pixels. */
export const TILE_PX = 1024;
const KEY = "sightline.find";
const DEFAULT: Wish = { text: "", engine: "", least: null, segmenter: "", form: "box", small: false, create: false };

export function readWish(text: string | null): Wish {
  try {
    const found = JSON.parse(text ?? "null") as Partial<Record<keyof Wish, unknown>> | null;
    const told = <T>(key: keyof Wish, is: (value: unknown) => value is T, usual: T): T => {
      const value = found?.[key];
      return is(value) ? value : usual;
    };
    const isText = (value: unknown): value is string => typeof value === "string";
    const isYes = (value: unknown): value is boolean => typeof value === "boolean";
    const isScore = (value: unknown): value is number | null => typeof value === "number" && value >= 0 && value <= 1;
    return {
      text: told("text", isText, DEFAULT.text),
      engine: told("engine", isText, DEFAULT.engine),
      least: told("least", isScore, DEFAULT.least),
      segmenter: told("segmenter", isText, DEFAULT.segmenter),
      form: found?.form === "polygon" ? "polygon" : "box",
      small: told("small", isYes, DEFAULT.small),
      create: told("create", isYes, DEFAULT.create),
    };
  } catch {
    return DEFAULT;
  }
}

export const wish = new Store<Wish>(readWish(kept.read(KEY)));

export function want(change: Partial<Wish>): void {
  wish.set({ ...wish.get(), ...change });
  kept.write(KEY, JSON.stringify(wish.get()));
}

/** The engine that is asked: the one that was chosen while it is there, else the first that is ready. */
export const engineOf = (all: readonly TextDetector[], { engine }: Wish): TextDetector | undefined =>
  all.find(({ name }) => name === engine) ?? all.find(({ ready }) => ready) ?? all[0];

/** From which score on things are believed. */
export const leastOf = (engine: TextDetector | undefined, { least }: Wish): number =>
  least ?? engine?.usual_score ?? 0.2;

/** Why it cannot be asked yet; empty when it can. */
export function whyNot(engine: TextDetector | undefined, { text, form, segmenter }: Wish): string {
  if (!engine) return "No engine is here.";
  if (!engine.ready) return `${engine.name}: ${engine.why}`;
  if (!/[^\s,;]/.test(text)) return "Write what is to be found.";
  if (form === "polygon" && !segmenter && !engine.masks) return "Polygons need a clean-up: choose a segmenter.";
  return "";
}

/** The question as the server takes it. */
export const questionOf = (engine: TextDetector, one: Wish): Question => ({
  engine: engine.name,
  text: one.text,
  min_score: leastOf(engine, one),
  classes: {},
  create: one.create,
  segmenter: one.segmenter || null,
  form: one.form,
  tile_px: one.small ? TILE_PX : 0,
});

/** What came of it, in words. */
export function toldOf({ objects, unknown }: { objects: number; unknown: readonly string[] }, least: number): string {
  if (objects === 0) return `Nothing is that sure (${least.toFixed(2)}): lower the score, or use other words.`;
  const found = objects === 1 ? "One thing found." : `${objects} things found.`;
  return unknown.length > 0 ? `${found} No class yet: ${unknown.join(", ")}; accepting makes it.` : found;
}
