import type { Attribute, DrawnObject } from "@/draw/objects";
import { boundsOf, type Shape } from "@/editor";

/** A value as it was typed: true, false and numbers are such, all else is text. */
export function readValue(text: string): Attribute {
  const trimmed = text.trim();
  if (trimmed === "true") return true;
  if (trimmed === "false") return false;
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : text;
}

/** Attributes of some objects; null where they do not all say the same. */
export function shared(objects: readonly DrawnObject[]): ReadonlyMap<string, Attribute | null> {
  const found = new Map<string, Attribute | null>();
  for (const name of new Set(objects.flatMap((one) => Object.keys(one.attributes)))) {
    const values = objects.map((one) => one.attributes[name]);
    const [first] = values;
    found.set(name, first !== undefined && values.every((value) => value === first) ? first : null);
  }
  return found;
}

export const withAttribute =
  (name: string, value: Attribute) =>
  (one: DrawnObject): DrawnObject => ({
    ...one,
    attributes: { ...one.attributes, [name]: value },
  });

export const withoutAttribute =
  (name: string) =>
  (one: DrawnObject): DrawnObject => ({
    ...one,
    attributes: Object.fromEntries(Object.entries(one.attributes).filter(([other]) => other !== name)),
  });

const short = (value: number): string => String(Number(value.toFixed(2)));

/** A shape in a few words: `x 12.5, y 3, 40 × 30`. */
export function measure(object: Shape): string {
  switch (object.kind) {
    case "box": {
      const [x1, y1, x2, y2] = object.geometry;
      return `x ${short(x1)}, y ${short(y1)}, ${short(x2 - x1)} × ${short(y2 - y1)}`;
    }
    case "obb": {
      const [cx, cy, w, h, angle] = object.geometry;
      return `centre ${short(cx)}, ${short(cy)}, ${short(w)} × ${short(h)}, ${short(angle)}°`;
    }
    case "polygon": {
      const rings = object.geometry.flat();
      const corners = rings.reduce((sum, ring) => sum + ring.length / 2, 0);
      return rings.length === 1 ? `${corners} corners` : `${corners} corners in ${rings.length} rings`;
    }
    case "point":
      return `x ${short(object.geometry[0])}, y ${short(object.geometry[1])}`;
    case "keypoints": {
      const seen = object.geometry.filter(([, , shown]) => shown > 0);
      return `${seen.length} of ${object.geometry.length} points`;
    }
    case "mask": {
      const [x1, y1, x2, y2] = boundsOf(object);
      return `x ${short(x1)}, y ${short(y1)}, ${short(x2 - x1)} × ${short(y2 - y1)}`;
    }
  }
}
