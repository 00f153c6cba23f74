/** Which of the changes that a head proposes are wanted: all above a probability, but what was said by hand. */
import type { ApplyAutoClass, ClassCorrection, ObjectRef } from "@/api/types";

export interface Decisions {
  /** From this probability on a change is wanted unless somebody has said otherwise. */
  readonly least: number;
  /** What was said by hand, by image and uid. */
  readonly said: ReadonlyMap<string, Said>;
}

interface Said {
  readonly wanted: boolean;
  readonly one: Pick<ClassCorrection, "image_id" | "uid" | "p">;
}

export const undecided = (least: number): Decisions => ({ least, said: new Map() });

export const nameOf = ({ image_id, uid }: ObjectRef): string => `${image_id}/${uid}`;

export const isWanted = ({ least, said }: Decisions, one: ClassCorrection): boolean =>
  said.get(nameOf(one))?.wanted ?? one.p >= least;

export const decide = (now: Decisions, one: ClassCorrection, wanted: boolean): Decisions => ({
  ...now,
  said: new Map(now.said).set(nameOf(one), { wanted, one }),
});

/** How many changes are wanted. `above`: how many are at least so sure, for 0, .01, ... 1. */
export function countOf({ least, said }: Decisions, above: readonly number[]): number {
  let found = above[Math.round(least * 100)] ?? 0;
  for (const { wanted, one } of said.values()) if (wanted !== one.p >= least) found += wanted ? 1 : -1;
  return found;
}

/** What is sent: the threshold, what is wanted below it and what is not wanted above it. */
export function choiceOf({ least, said }: Decisions, job: string): ApplyAutoClass {
  const by = (wanted: boolean): ObjectRef[] =>
    [...said.values()]
      .filter((each) => each.wanted === wanted && each.one.p >= least !== wanted)
      .map(({ one: { image_id, uid } }) => ({ image_id, uid }));
  return { job, all: true, min_p: least, objects: by(true), but: by(false) };
}
