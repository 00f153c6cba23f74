/** What each action does to objects: plans, by the action's name. */
import { allShown, copies, deleted, flagged, grown, layered, neighbour, nudged, rotatedBy, wordsOf } from "./actions";
import { converted, merged, separated, subtracted } from "./combine";
import type { EditorAction } from "./keys";
import { say, type Context, type Effect } from "./tools/tool";
import type { EditorObject } from "./types";

export interface Situation {
  readonly context: Context;
  /** From the bottom to the top. */
  readonly objects: readonly EditorObject[];
  /** In the order in which they came. */
  readonly newest: EditorObject | undefined;
  readonly handle: string | null;
  readonly clipboard: readonly EditorObject[];
  /** Whether what is in the clipboard comes from the open picture. */
  readonly samePicture: boolean;
}

/** How far copies lie from what they were made of, in CSS pixels. */
const ASIDE_PX = 12;
const uidsOf = (objects: readonly EditorObject[]) => objects.map((object) => object.uid);

function cycled({ context, objects }: Situation, by: 1 | -1): Effect[] {
  const next = neighbour(objects, context.selection.at(-1)?.uid, by);
  if (!next) return [say("There is nothing to select")];
  return [{ do: "select", uids: [next.uid] }, say(wordsOf(next))];
}

type Plan = (now: Situation) => Effect[];

const PLANS: Partial<Record<EditorAction["kind"], Plan>> = {
  selectAll: ({ objects }) => [
    { do: "select", uids: uidsOf(objects.filter((object) => !object.hidden && !object.locked)) },
  ],
  selectNone: () => [{ do: "select", uids: [] }],
  next: (now) => cycled(now, 1),
  previous: (now) => cycled(now, -1),
  delete: ({ context, handle }) => deleted(context, handle),
  deleteNewest: ({ newest }) => {
    if (!newest) return [say("There is nothing to remove")];
    if (newest.locked) return [say("The newest object is locked")];
    return [{ do: "commit", label: "Remove the newest object", put: [], delete: [newest.uid] }];
  },
  cut: ({ context }) => deleted(context, null),
  paste: ({ context, clipboard, samePicture }) =>
    copies(clipboard, context, "Paste", samePicture ? ASIDE_PX / context.zoom : 0),
  duplicate: ({ context }) => copies(context.selection, context, "Duplicate", ASIDE_PX / context.zoom),
  front: ({ context, objects }) => layered(objects, context, "front"),
  forward: ({ context, objects }) => layered(objects, context, "forward"),
  backward: ({ context, objects }) => layered(objects, context, "backward"),
  bottom: ({ context, objects }) => layered(objects, context, "bottom"),
  lock: ({ context }) => flagged(context, "locked"),
  hide: ({ context }) => flagged(context, "hidden"),
  showAll: ({ objects }) => allShown(objects),
  merge: ({ context }) => merged(context),
  subtract: ({ context }) => subtracted(context),
  split: ({ context }) => separated(context),
};

/** The plan of an action on objects; null for an action that is none. */
export function planOf(action: EditorAction, now: Situation): Effect[] | null {
  switch (action.kind) {
    case "nudge":
      return nudged(now.context, action, now.handle);
    case "grow":
      return grown(now.context, action);
    case "turn":
      return rotatedBy(now.context, action.degrees);
    case "convert":
      return converted(now.context, action.to);
    default:
      return PLANS[action.kind]?.(now) ?? null;
  }
}
