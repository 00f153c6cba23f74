/** What was done to the open picture, to take it back and do it again. */
import type { Command, EditorObject } from "./types";

const LIMIT = 500;

export interface History {
  readonly done: readonly Command[];
  readonly undone: readonly Command[];
}
export const NO_HISTORY: History = { done: [], undone: [] };

export const remembered = (history: History, command: Command): History => ({
  done: [...history.done.slice(-LIMIT + 1), command],
  undone: [],
});

/** The command that puts back what another one has changed. */
export function inverse(command: Command): Command {
  const before = new Set(command.before.map((object) => object.uid));
  return {
    label: `Undo: ${command.label}`,
    image: command.image,
    put: command.before,
    delete: command.put.map((object) => object.uid).filter((uid) => !before.has(uid)),
    before: command.put,
  };
}

/** The history one step back, and what to carry out for it; null at its beginning. */
export function stepBack(history: History): readonly [History, Command] | null {
  const last = history.done.at(-1);
  if (!last) return null;
  return [{ done: history.done.slice(0, -1), undone: [...history.undone, last] }, inverse(last)];
}

/** The history one step forward again; null at its end. */
export function stepForward(history: History): readonly [History, Command] | null {
  const next = history.undone.at(-1);
  if (!next) return null;
  return [{ done: [...history.done, next], undone: history.undone.slice(0, -1) }, next];
}

/** A command that changes objects of an image from what they are. */
export function commandOf(
  label: string,
  image: number,
  change: { readonly put: readonly EditorObject[]; readonly delete: readonly string[] },
  find: (uid: string) => EditorObject | undefined,
): Command {
  const uids = new Set([...change.put.map((object) => object.uid), ...change.delete]);
  const before = [...uids].flatMap((uid) => find(uid) ?? []);
  return { label, image, put: change.put, delete: change.delete, before };
}
