/** How a person likes to watch; kept in this browser. */
import { kept } from "@/app/kept";
import { Store } from "@/app/store";
import { QUALITIES, type Quality } from "./camera";

export interface Choice {
  readonly engine: string;
  readonly lang: string;
  readonly everyS: number;
  /** Frames a second that are looked at; 0: every one. */
  readonly frameRate: number;
  readonly quality: Quality["name"];
  readonly faces: boolean;
  readonly retention: "keep" | "hours" | "never";
  readonly hours: number;
  readonly overlay: boolean;
  readonly opacity: number;
  readonly voice: boolean;
}

/** Languages of the browser that are taken without asking. */
const WRITTEN: readonly string[] = ["en", "de", "es", "fr", "hi", "hu", "zh"];

export const CADENCES: readonly { readonly s: number; readonly title: string }[] = [
  { s: 0, title: "As fast as it goes" },
  { s: 2, title: "Every 2 s" },
  { s: 5, title: "Every 5 s" },
  { s: 10, title: "Every 10 s" },
  { s: 30, title: "Every 30 s" },
  { s: 60, title: "Every minute" },
];

export const RATES: readonly { readonly fps: number; readonly title: string }[] = [
  { fps: 0.5, title: "1 frame in 2 s" },
  { fps: 1, title: "1 frame a second" },
  { fps: 2, title: "2 frames a second" },
  { fps: 5, title: "5 frames a second" },
  { fps: 10, title: "10 frames a second" },
  { fps: 0, title: "Every frame" },
];

const KEY = "sightline.live.choice";
const isOne = <T>(list: readonly T[], value: unknown): value is T => list.includes(value as T);

function usual(languages: readonly string[]): Choice {
  const spoken = languages.map((one) => one.slice(0, 2).toLowerCase());
  return {
    engine: "auto",
    lang: spoken.find((code) => WRITTEN.includes(code)) ?? "en",
    everyS: 10,
    frameRate: 5,
    quality: "medium",
    faces: false,
    retention: "hours",
    hours: 24,
    overlay: true,
    opacity: 0.6,
    voice: false,
  };
}

/** What was kept, with the usual in place of what makes no sense. */
export function readChoice(text: string | null, languages: readonly string[] = []): Choice {
  const base = usual(languages);
  let said: Partial<Record<keyof Choice, unknown>>;
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    said = typeof value === "object" && value !== null ? value : {};
  } catch {
    said = {};
  }
  const within = (value: unknown, low: number, high: number, otherwise: number): number =>
    typeof value === "number" && value >= low && value <= high ? value : otherwise;
  const flag = (value: unknown, otherwise: boolean) => (typeof value === "boolean" ? value : otherwise);
  const word = (value: unknown, otherwise: string) => (typeof value === "string" && value ? value : otherwise);
  return {
    engine: word(said.engine, base.engine),
    lang: word(said.lang, base.lang),
    everyS: within(said.everyS, 0, 3600, base.everyS),
    frameRate: within(said.frameRate, 0, 60, base.frameRate),
    quality: QUALITIES.find(({ name }) => name === said.quality)?.name ?? base.quality,
    faces: flag(said.faces, base.faces),
    retention: isOne(["keep", "hours", "never"] as const, said.retention) ? said.retention : base.retention,
    hours: within(said.hours, 0.01, 87_600, base.hours),
    overlay: flag(said.overlay, base.overlay),
    opacity: within(said.opacity, 0, 1, base.opacity),
    voice: flag(said.voice, base.voice),
  };
}

const spoken = typeof navigator === "undefined" ? [] : navigator.languages;

export const choice = new Store<Choice>(readChoice(kept.read(KEY), spoken));

export function choose(change: Partial<Choice>): void {
  const next = { ...choice.get(), ...change };
  kept.write(KEY, JSON.stringify(next));
  choice.set(next);
}
