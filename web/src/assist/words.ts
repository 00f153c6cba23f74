/** The words of assists: what is asked of a segmenter, what it answers, what is kept of a person's choice. */
import type { Box, PolygonShape, Rle, Shape } from "@/editor";

/** x, y in pixels of the picture, and whether it is on the object. */
export interface AskedPoint {
  readonly x: number;
  readonly y: number;
  readonly on: boolean;
}

export interface Pointed {
  readonly box?: Box;
  readonly points?: readonly AskedPoint[];
  readonly maskRef?: string | null;
}

/** What an assist makes of an object. */
export type Form = "box" | "polygon" | "mask";
export const FORMS: readonly { readonly form: Form; readonly title: string }[] = [
  { form: "polygon", title: "Polygon" },
  { form: "mask", title: "Mask" },
  { form: "box", title: "Box" },
];

export interface Candidate {
  /** Which prompt it answers. */
  readonly prompt: number;
  readonly box: Box;
  readonly polygon: PolygonShape["geometry"] | null;
  readonly rle: Rle | null;
  readonly score: number;
  readonly mask_ref: string | null;
}

export interface Answer {
  readonly candidates: readonly Candidate[];
  readonly ms: number;
  readonly waited_ms: number;
}

/** How a form is asked for. */
export const OUTPUT: Readonly<Record<Form, "box" | "polygon" | "rle">> = {
  box: "box",
  polygon: "polygon",
  mask: "rle",
};

/** Of clicks the pixels are shown at once; the polygon is drawn about those that are taken. */
export const SEEN: Readonly<Record<Form, Form>> = { box: "box", polygon: "mask", mask: "mask" };

/** The shape of a candidate; its box where there is nothing finer. */
export function shapeOf(one: Candidate, form: Form): Shape {
  if (form === "polygon" && one.polygon) return { kind: "polygon", geometry: one.polygon };
  if (form === "mask" && one.rle) return { kind: "mask", geometry: one.rle };
  return { kind: "box", geometry: one.box };
}

const area = ([x1, y1, x2, y2]: Box): number => (x2 - x1) * (y2 - y1);

/** Which candidate is the next larger or smaller one; the same where there is none. */
export function turned(candidates: readonly Candidate[], chosen: number, by: 1 | -1): number {
  const order = candidates.map((one, at) => ({ at, size: area(one.box) })).sort((a, b) => a.size - b.size);
  const place = order.findIndex(({ at }) => at === chosen);
  return order[place + by]?.at ?? chosen;
}

/** Whether a place lies in or near a candidate: there the wheel chooses, elsewhere it zooms. */
export function isAbout(candidates: readonly Candidate[], place: { readonly x: number; readonly y: number }): boolean {
  return candidates.some(
    ({ box: [x1, y1, x2, y2] }) => place.x >= x1 && place.x <= x2 && place.y >= y1 && place.y <= y2,
  );
}

/** How much two boxes agree, 0 to 1. */
export function iou(a: Box, b: Box): number {
  const wide = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const high = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const both = Math.max(0, wide) * Math.max(0, high);
  return both > 0 ? both / (area(a) + area(b) - both) : 0;
}

/** Below this a tweaked shape is another object's. */
export const MIN_IOU = 0.4;
