import type { Science } from "@/api/types";

/** How samples of more than 8 bits are looked at; texts as a person types them, empty for as it comes. */
export interface Look {
  readonly stretch: string;
  readonly low: string;
  readonly high: string;
  readonly channels: string;
  readonly slice: string;
  readonly hdu: string;
}

type Tone = Science["tone"];

export const STRETCHES = [
  ["auto", "as it comes"],
  ["percentile", "percentiles"],
  ["linear", "linear"],
  ["log", "logarithm"],
  ["asinh", "asinh"],
] as const;

const text = (value: number | null): string => (value === null ? "" : String(value));

/** Return what the project's tone is, as the fields show it. */
export function lookOf(tone: Tone): Look {
  return {
    stretch: tone.stretch,
    low: text(tone.low),
    high: text(tone.high),
    channels: tone.channels.join(","),
    slice: text(tone.slice),
    hdu: text(tone.hdu),
  };
}

export const sameLook = (one: Look, other: Look): boolean =>
  (Object.keys(one) as (keyof Look)[]).every((key) => one[key].trim() === other[key].trim());

/** Return the query that asks for one answer in this look. */
export function lookQuery(look: Look): string {
  const query = new URLSearchParams({ stretch: look.stretch });
  const given = { low: look.low, high: look.high, channel: look.channels, slice: look.slice, hdu: look.hdu };
  for (const [name, value] of Object.entries(given)) if (value.trim()) query.set(name, value.trim());
  return query.toString();
}

/** Return the look as the project's setting `tone` has it. */
export function toneText(look: Look): string {
  const parts = look.stretch === "auto" ? [] : [look.stretch];
  for (const name of ["low", "high", "channels", "hdu", "slice"] as const) {
    const value = look[name].replaceAll(/\s/g, "");
    if (value) parts.push(`${name}=${value}`);
  }
  return parts.join(" ");
}

/** Return why the numbers cannot be; null when they can. */
export function wrongIn(look: Look): string | null {
  const low = look.low.trim() ? Number(look.low) : null;
  const high = look.high.trim() ? Number(look.high) : null;
  if (Number.isNaN(low) || Number.isNaN(high)) return "Black and white are numbers.";
  if (low !== null && high !== null && low >= high) return "Black lies below white.";
  const percent = look.stretch === "auto" || look.stretch === "percentile";
  if (percent && [low, high].some((one) => one !== null && (one < 0 || one > 100))) {
    return "Percentiles go from 0 to 100.";
  }
  if (!/^\s*(\d+(\s*,\s*\d+\s*,\s*\d+)?)?\s*$/.test(look.channels)) return "One channel, or three as in 2,1,0.";
  return null;
}

/** Say in a few words what the picture holds: "16 bit, 5 channels, 12 pages". */
export function inShort(science: Science): string {
  const parts = [`${science.bits} bit${science.kind === "float" ? " float" : ""}`];
  if (science.channels > 1) parts.push(`${science.channels} channels`);
  if (science.pages > 1) parts.push(`${science.pages} pages`);
  if (science.hdus.length > 1) parts.push(`${science.hdus.length} HDUs`);
  return parts.join(", ");
}
