/** An object that clicks are about to make; pure. */
import type { Shape } from "@/editor";
import { SEEN, shapeOf, turned, type Answer, type AskedPoint, type Candidate, type Form, type Pointed } from "./words";

export interface Draft {
  readonly uid: string;
  readonly image: number;
  readonly classId: number;
  readonly form: Form;
  readonly points: readonly AskedPoint[];
  /** Answers to the points of an earlier moment, until the newest answer comes. */
  readonly candidates: readonly Candidate[];
  readonly chosen: number;
  /** Whether the candidates are those of the points as they are now. */
  readonly fresh: boolean;
  /** The next points belong to the object. */
  readonly positive: boolean;
  /** One click that was sent off: it becomes an object with its answer, wherever the person is by then. */
  readonly sent: boolean;
  /** It is an object already, which further clicks change. */
  readonly placed: boolean;
}

export const newDraft = (uid: string, image: number, classId: number, form: Form): Draft => ({
  uid,
  image,
  classId,
  form,
  points: [],
  candidates: [],
  chosen: 0,
  fresh: false,
  positive: true,
  sent: false,
  placed: false,
});

export const withPoint = (draft: Draft, point: AskedPoint): Draft => ({
  ...draft,
  points: [...draft.points, point],
  fresh: false,
});

/** Takes the newest point back; null when no point on the object is left. */
export function withoutLast(draft: Draft): Draft | null {
  const points = draft.points.slice(0, -1);
  return points.some(({ on }) => on) ? { ...draft, points, fresh: false } : null;
}

export const answered = (draft: Draft, { candidates }: Answer): Draft => ({
  ...draft,
  candidates,
  chosen: 0,
  fresh: true,
});

export const turnedBy = (draft: Draft, by: 1 | -1): Draft => ({
  ...draft,
  chosen: turned(draft.candidates, draft.chosen, by),
});

/** What its points ask; the answer before is refined, but for the first click. */
export function promptOf({ points, candidates, chosen }: Draft): Pointed {
  return { points, maskRef: points.length > 1 ? (candidates[chosen]?.mask_ref ?? null) : null };
}

export function shown(draft: Draft): Shape | null {
  const one = draft.candidates[draft.chosen];
  return one ? shapeOf(one, SEEN[draft.form]) : null;
}
