import { api } from "@/api/calls";

const AT_ONCE = 1000;

export interface Doubles {
  /** Images that are told to be the double of another one and have no label yet. */
  readonly ids: readonly number[];
  /** Doubles that somebody labelled; they keep their labels. */
  readonly labelled: number;
}

/** Reads a view of near-duplicates to its end: what has a score above 0 is the double of a picture to keep. */
export async function findDoubles(view: string, size: number, read = api.viewWindow): Promise<Doubles> {
  const ids: number[] = [];
  let labelled = 0;
  for (let offset = 0; offset < size; offset += AT_ONCE) {
    const { items } = await read(view, offset, Math.min(AT_ONCE, size - offset));
    for (const { id, score, status } of items) {
      if (score === null || score <= 0 || status === "skipped") continue;
      if (status === "labelled") labelled++;
      else ids.push(id);
    }
  }
  return { ids, labelled };
}
