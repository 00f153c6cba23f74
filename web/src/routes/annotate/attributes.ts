import type { Attribute, DrawnObject } from "@/draw/objects";

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

export const withAttribute = (name: string, value: Attribute) => (one: DrawnObject): DrawnObject => ({
  ...one,
  attributes: { ...one.attributes, [name]: value },
});

export const withoutAttribute = (name: string) => (one: DrawnObject): DrawnObject => ({
  ...one,
  attributes: Object.fromEntries(Object.entries(one.attributes).filter(([other]) => other !== name)),
});

const short = (value: number): string => String(Number(value.toFixed(2)));

/** A shape in a few words: `x 12.5, y 3, 40 × 30`. */
export function measure({ kind, geometry }: Pick<DrawnObject, "kind" | "geometry">): string {
  switch (kind) {
    case "box": {
      const [x1, y1, x2, y2] = geometry as [number, number, number, number];
      return `x ${short(x1)}, y ${short(y1)}, ${short(x2 - x1)} × ${short(y2 - y1)}`;
    }
    case "obb": {
      const [cx, cy, w, h, angle] = geometry as [number, number, number, number, number];
      return `centre ${short(cx)}, ${short(cy)}, ${short(w)} × ${short(h)}, ${short(angle)}°`;
    }
    case "polygon": {
      const rings = (geometry as number[][][]).flat();
      const corners = rings.reduce((sum, ring) => sum + ring.length / 2, 0);
      return rings.length === 1 ? `${corners} corners` : `${corners} corners in ${rings.length} rings`;
    }
    case "point": {
      const [x, y] = geometry as [number, number];
      return `x ${short(x)}, y ${short(y)}`;
    }
    case "keypoints": {
      const points = geometry as [number, number, number][];
      return `${points.filter(([, , seen]) => seen > 0).length} of ${points.length} points`;
    }
    case "mask":
      return "pixels";
  }
}
