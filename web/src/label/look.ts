import type { Class, Item } from "@/api/types";
import type { Mark } from "./outbox";

/** A class is told by colour, number and dash pattern, never by colour alone. */
export interface ClassLook {
  readonly id: number;
  readonly name: string;
  readonly colour: string;
  readonly hotkey: string | null;
  /** SVG stroke-dasharray. */
  readonly dash: string;
  readonly count: number;
  /** Names of its keypoints, and which of them are joined. */
  readonly skeleton?: {
    readonly names: readonly string[];
    readonly edges: readonly (readonly [number, number])[];
  } | null;
}

const DASHES = ["none", "9 4", "3 3", "12 3 3 3", "6 2 2 2 2 2", "18 5"];

export const looks = (classes: readonly Class[]): ClassLook[] =>
  classes.map((one, i) => ({ ...one, dash: DASHES[i % DASHES.length] ?? "none" }));

export type Shown = Pick<Item, "status" | "class_id" | "tags">;

/** What a picture's tile says: the server's word, or what was said since and is on its way. */
export function shown(item: Item, mark: Mark | undefined): Shown {
  if (!mark) return item;
  return {
    status: mark.status,
    class_id: mark.class_id === undefined ? item.class_id : mark.class_id,
    tags: mark.tags ? [...mark.tags] : item.tags,
  };
}

export const unlabel: Mark = { class_id: null, status: "unlabelled" };
export const unsure: Mark = { status: "unsure" };
export const skip: Mark = { status: "skipped" };
export const give = (classId: number): Mark => ({ class_id: classId, status: "labelled" });

/** What the machine suggests for a picture: nothing against a person's word, save where labels are in doubt. */
export function suggestion(item: Item, mark: Mark | undefined, doubting = false): number | null {
  const { status, class_id } = shown(item, mark);
  if (status === "skipped") return null;
  if (status !== "labelled") return item.predicted;
  return doubting && item.predicted !== class_id ? item.predicted : null;
}

/** What was said, in words. */
export function describe(mark: Mark, looks: readonly ClassLook[]): string {
  if (mark.status === "labelled" && mark.tags?.length === 0) return "none of these";
  if (mark.status === "labelled") return looks.find((one) => one.id === mark.class_id)?.name ?? "labelled";
  return mark.status;
}
