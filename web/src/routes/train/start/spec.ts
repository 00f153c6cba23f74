import { same } from "@/forms/schema";

/** The settings of a training, nested. */
export type Spec = Record<string, unknown>;

const isGroup = (value: unknown): value is Spec => typeof value === "object" && value !== null && !Array.isArray(value);

/** The settings by their dotted keys. */
export function flat(spec: Spec, prefix = ""): Map<string, unknown> {
  const out = new Map<string, unknown>();
  for (const [key, value] of Object.entries(spec)) {
    if (isGroup(value)) for (const [below, leaf] of flat(value, `${prefix}${key}.`)) out.set(below, leaf);
    else out.set(prefix + key, value);
  }
  return out;
}

/** One spec over another, group by group. */
export function over(base: Spec, upper: Spec): Spec {
  const out: Spec = { ...base };
  for (const [key, value] of Object.entries(upper)) {
    const below = out[key];
    out[key] = isGroup(below) && isGroup(value) ? over(below, value) : value;
  }
  return out;
}

/** What of a spec differs from a base: the least that has to be laid over it. */
export function patch(base: Spec, spec: Spec): Spec {
  const out: Spec = {};
  for (const [key, value] of Object.entries(spec)) {
    const below = base[key];
    if (isGroup(below) && isGroup(value)) {
      const inner = patch(below, value);
      if (Object.keys(inner).length > 0) out[key] = inner;
    } else if (value !== undefined && !same(value, below)) out[key] = value;
  }
  return out;
}

export interface Difference {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two specs, by dotted key; undefined where one has no such key. */
export function difference(before: Spec, after: Spec): Difference[] {
  const [one, other] = [flat(before), flat(after)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((key) => !same(one.get(key), other.get(key)))
    .map((key) => ({ key, before: one.get(key), after: other.get(key) }));
}

/** The value of a dotted key. */
export function at(spec: Spec, path: string): unknown {
  let found: unknown = spec;
  for (const part of path.split(".")) found = isGroup(found) ? found[part] : undefined;
  return found;
}

/** A value as one reads it. */
export const say = (value: unknown): string =>
  value === undefined || value === null
    ? "–"
    : value === ""
      ? "empty"
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
