/** Objects of a picture as the server tells them, and what changes of them; pure. */

import type { EditorObject } from "@/editor/types";

export type { Attribute, EditorObject as DrawnObject, Kind } from "@/editor/types";
type DrawnObject = EditorObject;
export type Review = "todo" | "in_progress" | "done" | "reviewed" | "rejected";

/** A picture with all that is drawn in it, as the server has it. */
export interface Document {
  readonly image_id: number;
  readonly version: number;
  readonly width: number;
  readonly height: number;
  readonly review: Review;
  readonly note: string;
  readonly objects: readonly DrawnObject[];
}

/** What changes in one picture: one step of undo. */
export interface Change {
  readonly put: readonly DrawnObject[];
  readonly delete: readonly string[];
  readonly review?: Review;
  readonly note?: string;
}

/** Objects after a change: what is put takes the place of what bears its uid, new ones follow. */
export function applied(objects: readonly DrawnObject[], { put, delete: gone }: Change): readonly DrawnObject[] {
  if (put.length === 0 && gone.length === 0) return objects;
  const next = new Map(put.map((one) => [one.uid, one]));
  const out = new Set(gone);
  const kept: DrawnObject[] = [];
  for (const one of objects) {
    const other = next.get(one.uid);
    if (other) next.delete(one.uid);
    if (!out.has(one.uid)) kept.push(other ?? one);
  }
  for (const one of next.values()) if (!out.has(one.uid)) kept.push(one);
  return kept;
}

/** A picture after a change that the server has taken; its first object begins the work on it. */
export function follows(document: Document, change: Change): Document {
  const begun = document.review === "todo" && change.put.length > 0 ? "in_progress" : document.review;
  return {
    ...document,
    objects: applied(document.objects, change),
    review: change.review ?? begun,
    note: change.note ?? document.note,
  };
}

const NEAR = 1e-6;

/** Whether two values of JSON are the same, numbers to a millionth. */
export function alike(one: unknown, other: unknown): boolean {
  if (typeof one === "number" && typeof other === "number") return Math.abs(one - other) <= NEAR;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [Object.entries(one), other as Record<string, unknown>];
  return left.length === Object.keys(other).length && left.every(([key, value]) => alike(value, right[key]));
}

export const sameObject = (one: DrawnObject, other: DrawnObject): boolean => one === other || alike(one, other);

/** Whether two pictures hold the same objects, in whatever order. */
export function sameObjects(one: readonly DrawnObject[], other: readonly DrawnObject[]): boolean {
  if (one.length !== other.length) return false;
  const byUid = new Map(other.map((object) => [object.uid, object]));
  return one.every((object) => {
    const twin = byUid.get(object.uid);
    return twin !== undefined && sameObject(object, twin);
  });
}

/** A name that no other object has: 16 hexadecimal digits. */
export function newUid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
