/** What was said so far: bounded, in order, each text once. */
import type { Telling } from "./messages";

export const MOST_TEXTS = 500;
/** Latencies that the median is taken of. */
const RECENT = 21;

/** The list with a text added; the oldest goes when there are too many. */
export function added(list: readonly Telling[], telling: Telling): readonly Telling[] {
  const last = list.at(-1);
  if (last && last.id >= telling.id) return list;
  const all = [...list, telling];
  return all.length > MOST_TEXTS ? all.slice(all.length - MOST_TEXTS) : all;
}

/** The text that belongs to a time of the clip: the last one at or before it. */
export function sayingAt(list: readonly Telling[], timeS: number): Telling | null {
  const slack = 0.05;
  return list.findLast(({ kind, timeS: at }) => kind === "text" && at <= timeS + slack) ?? null;
}

export interface Figures {
  /** Middle of the last texts; null before the first. */
  readonly latencyMs: number | null;
  readonly dropped: number;
  readonly texts: number;
}

export function figures(list: readonly Telling[]): Figures {
  const recent = list
    .filter(({ kind, latencyMs }) => kind === "text" && latencyMs > 0)
    .slice(-RECENT)
    .map(({ latencyMs }) => latencyMs)
    .sort((a, b) => a - b);
  return {
    latencyMs: recent[Math.floor(recent.length / 2)] ?? null,
    dropped: list.at(-1)?.dropped ?? 0,
    texts: list.length,
  };
}

/** Every note that was told, once. */
export const notesOf = (list: readonly Telling[], standing: readonly string[] = []): string[] => [
  ...new Set([...standing, ...list.slice(-20).flatMap(({ notes }) => notes)]),
];

/** `0:07`, `12:34`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
