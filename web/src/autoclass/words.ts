/** The words of auto class: what a head says of what is drawn. */
import { boundsOf, type Box } from "@/editor";
import type { DrawnObject } from "@/draw/objects";
import type { LikelyClass, NamedBox } from "@/api/types";

/** A choice that waits beside an object until somebody makes it, or draws on. */
export interface Choice {
  readonly image: number;
  readonly uid: string;
  /** The likeliest classes that the project has, at most three. */
  readonly top: readonly (LikelyClass & { readonly class_id: number })[];
  /** Why the likeliest was not taken. */
  readonly why: string;
}

/** What became of an answer. */
export type Verdict =
  | { readonly kind: "take"; readonly classId: number }
  | { readonly kind: "ask"; readonly choice: Choice }
  | { readonly kind: "leave" };

/** A class that is less likely than this is no help. */
const FAINT = 0.1;
const LEAVE: Verdict = { kind: "leave" };

/** Whether an object has pixels of its own that a head can look at. */
export const hasExtent = (one: DrawnObject): boolean => one.kind !== "point" && !one.locked;

/** What to do with what a head says of an object, which has still the class that it was asked with. */
export function verdict(image: number, one: DrawnObject, said: NamedBox): Verdict {
  const { class_id: taken } = said;
  if (taken !== null) return taken === one.class_id ? LEAVE : { kind: "take", classId: taken };
  const top = said.top.flatMap((each) => (each.class_id === null ? [] : [{ ...each, class_id: each.class_id }]));
  const [first] = top;
  // It is what the person said: there is nothing to ask.
  if (!first || first.p < FAINT || first.class_id === one.class_id) return LEAVE;
  return { kind: "ask", choice: { image, uid: one.uid, top, why: said.why } };
}

/** The box that a head is asked about. */
export const boxOf = (one: DrawnObject): Box => boundsOf(one);

export const percent = (p: number): string => `${Math.round(100 * p)} %`;
