import type { Item } from "@/api/types";
import { give, suggestion, type ClassLook } from "@/label/look";
import type { Mark, Marked } from "@/label/outbox";
import { tagged } from "@/label/tags";
import { count } from "@/ui/format";

/** Queues that doubt labels: there a suggestion may stand against a label, elsewhere it never does. */
export const DOUBTING: ReadonlySet<string> = new Set(["mistakes", "disagreement"]);

export interface Accepted {
  readonly images: readonly Marked[];
  /** How many pictures become what. */
  readonly classes: ReadonlyMap<number, number>;
}

/** What is said by accepting the suggestions for some pictures: nothing of those that have none, or a wrong one. */
export function accepted(
  items: readonly Item[],
  overlay: (id: number) => Mark | undefined,
  rejected: ReadonlySet<number>,
  queue: string,
  multi = false,
): Accepted {
  const images: Marked[] = [];
  const classes = new Map<number, number>();
  for (const item of items) {
    const id = suggestion(item, overlay(item.id), DOUBTING.has(queue));
    if (id === null || rejected.has(item.id)) continue;
    images.push({ id: item.id, version: item.version, mark: multi ? tagged([id]) : give(id) });
    classes.set(id, (classes.get(id) ?? 0) + 1);
  }
  return { images, classes };
}

/** `cat 12, dog 3`, the many first; quoted, for classes may be called by numbers. */
export function tally(classes: ReadonlyMap<number, number>, looks: readonly ClassLook[]): string {
  const name = (id: number) => looks.find((look) => look.id === id)?.name ?? `class ${id}`;
  return [...classes]
    .sort(([, a], [, b]) => b - a)
    .map(([id, many]) => `“${name(id)}” ${count(many)}`)
    .join(", ");
}

/** Some are said to be wrongly suggested; saying it of all of them again takes it back. */
export function rejecting(before: ReadonlySet<number>, ids: readonly number[]): Set<number> {
  const after = new Set(before);
  const back = ids.length > 0 && ids.every((id) => before.has(id));
  for (const id of ids) {
    if (back) after.delete(id);
    else after.add(id);
  }
  return after;
}
