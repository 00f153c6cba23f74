const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

/** `1 picture`, `2 pictures`. */
export const many = (value: number, noun: string, plural = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : plural}`;

/** A share as percent; `digits` after the point. */
export const percent = (share: number | null | undefined, digits = 1): string =>
  share === null || share === undefined || Number.isNaN(share) ? "–" : `${(share * 100).toFixed(digits)} %`;

export const fixed = (value: number | null | undefined, digits = 3): string =>
  value === null || value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let amount = value;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount.toFixed(unit === 0 || amount >= 100 ? 0 : 1)} ${units[unit] ?? ""}`;
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 === 0 ? `${minutes} min` : `${minutes} min ${s % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago, in one word or two; a date after a week. */
export function ago(at: string | null, now = Date.now()): string {
  if (!at) return "–";
  const seconds = (now - Date.parse(at)) / 1000;
  if (Number.isNaN(seconds)) return "–";
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)} d ago`;
  return at.slice(0, 10);
}

/** The last part of a path, whichever way its slashes lean. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** Seconds between two times; up to now when the second is missing. */
export const between = (from: string | null, to: string | null, now = Date.now()): number | null =>
  from ? ((to ? Date.parse(to) : now) - Date.parse(from)) / 1000 : null;

/** A message as a sentence: the server's begin small, so that they can stand within others. */
export const sentence = (text: string): string =>
  /^\p{L}+(?!:\/\/)([\s,:;'’]|[.?!]?$)/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
