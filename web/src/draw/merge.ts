import { applied, newUid, sameObject, type Change, type Document, type DrawnObject } from "./objects";
import type { Entry } from "./outbox";

/** Two people changed one picture. What is kept: what this one sees, what the other has, or the changes of both. */
export type Way = "mine" | "theirs" | "both";

/** A picture that somebody else has changed since, and what was drawn here meanwhile. */
export interface Conflict {
  readonly entries: readonly Entry[];
  /** What the server has. */
  readonly theirs: Document;
  /** What this page shows. */
  readonly mine: readonly DrawnObject[];
}

export interface Difference {
  readonly onlyMine: readonly DrawnObject[];
  readonly onlyTheirs: readonly DrawnObject[];
  /** There in both, but not the same. */
  readonly changed: readonly { readonly mine: DrawnObject; readonly theirs: DrawnObject }[];
}

export function difference({ mine, theirs }: Conflict): Difference {
  const others = new Map(theirs.objects.map((one) => [one.uid, one]));
  const onlyMine: DrawnObject[] = [];
  const changed: { mine: DrawnObject; theirs: DrawnObject }[] = [];
  for (const one of mine) {
    const other = others.get(one.uid);
    if (!other) onlyMine.push(one);
    else if (!sameObject(one, other)) changed.push({ mine: one, theirs: other });
    others.delete(one.uid);
  }
  return { onlyMine, onlyTheirs: [...others.values()], changed };
}

/** What turns what the server has into what is chosen. */
export function plan(way: Way, conflict: Conflict): Change {
  if (way === "theirs") return { put: [], delete: [] };
  const { review, note } = conflict.entries.reduce<{ review?: Change["review"]; note?: string }>(
    (last, entry) => ({ review: entry.review ?? last.review, note: entry.note ?? last.note }),
    {},
  );
  const rest = { ...(review !== undefined && { review }), ...(note !== undefined && { note }) };
  return { ...(way === "mine" ? replacing(conflict) : joining(conflict)), ...rest };
}

function replacing(conflict: Conflict): Change {
  const { onlyMine, onlyTheirs, changed } = difference(conflict);
  return { put: [...onlyMine, ...changed.map(({ mine }) => mine)], delete: onlyTheirs.map(({ uid }) => uid) };
}

/** The changes of both. An object that both have changed stands there twice; one that only one of them has changed or
 * deleted follows that one; a deletion yields to a change. */
function joining({ entries, theirs, mine }: Conflict): Change {
  const before = new Map<string, DrawnObject | null>();
  for (const entry of entries)
    for (const uid of [...entry.put.map((one) => one.uid), ...entry.delete])
      if (!before.has(uid)) before.set(uid, entry.before.find((one) => one.uid === uid) ?? null);
  const ours = new Map(mine.map((one) => [one.uid, one]));
  const others = new Map(theirs.objects.map((one) => [one.uid, one]));
  const put: DrawnObject[] = [];
  const gone: string[] = [];
  for (const [uid, was] of before) {
    const [own, other] = [ours.get(uid), others.get(uid)];
    const untouched = other !== undefined && was !== null && sameObject(was, other);
    if (!own && untouched) gone.push(uid);
    if (!own || (other && sameObject(own, other))) continue;
    put.push(other && !untouched ? { ...own, uid: newUid() } : own);
  }
  return { put, delete: gone };
}

/** What a page shows of a picture: what the server has, and what is on its way there. */
export const shown = (objects: readonly DrawnObject[], entries: readonly Change[]): readonly DrawnObject[] =>
  entries.reduce(applied, objects);
