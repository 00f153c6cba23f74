import type { Action } from "@/app/keymap";
import { announce } from "@/app/services";
import { usePageKeys } from "@/app/usePageKeys";
import { step, type Layout } from "@/grid/layout";
import { pickedCount, type Pick, type Selection } from "@/grid/selection";
import { skip, unsure, type ClassLook } from "@/label/look";
import type { Mark } from "@/label/outbox";
import { many } from "@/ui/format";
import { toasts } from "@/ui/toasts";

interface Options {
  selection: Selection;
  size: number;
  layout: () => Layout | null;
  looks: readonly ClassLook[];
  opened: boolean;
  onPick: (pick: Pick) => void;
  mark: (mark: Mark) => void;
  /** Gives a class; or, in a project of tags, gives a tag or takes it away. */
  give: (classId: number) => void;
  /** Takes the label away. */
  clear: () => void;
  open: (index: number) => void;
  close: () => void;
  refresh: () => void;
  accept: () => void;
  reject: () => void;
  repeat: () => void;
  similar: () => void;
  queues: () => void;
  find: () => void;
  /** Back from what is similar; false where there is nothing to go back from. */
  back: () => boolean;
}

function act(action: Action, now: Options): boolean {
  switch (action.kind) {
    case "move": {
      const layout = now.layout();
      if (!layout || now.size === 0) return false;
      const index = step(layout, Math.max(0, now.selection.focus), action.by);
      const how = now.opened ? "focus" : action.extend ? "extend" : action.keep ? "wander" : "focus";
      now.onPick({ kind: how, index });
      return true;
    }
    case "toggle":
      if (now.opened || now.size === 0) return false;
      now.onPick({ kind: "toggle", index: now.selection.focus });
      return true;
    case "hotkey": {
      const look = now.looks.find((one) => one.hotkey === action.key);
      if (look) now.give(look.id);
      else toasts.say(`No class has the key ${action.key}`, { hint: "Give a class a key in the panel on the left." });
      return true;
    }
    case "unsure":
      now.mark(unsure);
      return true;
    case "skip":
      now.mark(skip);
      return true;
    case "clear":
      now.clear();
      return true;
    case "open":
      if (now.opened) now.close();
      else now.open(now.selection.focus);
      return true;
    case "close":
      if (now.opened) now.close();
      else if (pickedCount(now.selection, now.size) > 0) now.onPick({ kind: "clear" });
      else return now.back();
      return true;
    case "selectAll":
      now.onPick({ kind: "all", count: now.size });
      announce(`${many(now.size, "picture")} selected`);
      return true;
    case "refresh":
    case "accept":
    case "reject":
    case "repeat":
      now[action.kind]();
      return true;
    case "similar":
    case "queues":
    case "find":
      if (now.opened) now.close();
      now[action.kind]();
      return true;
    default:
      return false;
  }
}

/** The keys of the page, wherever its focus is. */
export const useBrowseKeys = (options: Options): void => usePageKeys((action) => act(action, options));
