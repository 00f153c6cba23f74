import type { Action } from "@/app/keymap";
import { announce } from "@/app/services";
import { usePageKeys } from "@/app/usePageKeys";
import { step, type Layout } from "@/grid/layout";
import { pickedCount, type Pick, type Selection } from "@/grid/selection";
import type { ClassLook } from "@/label/look";
import { many } from "@/ui/format";
import { toasts } from "@/ui/toasts";

interface Options {
  selection: Selection;
  size: number;
  layout: () => Layout | null;
  looks: readonly ClassLook[];
  onPick: (pick: Pick) => void;
  /** Another class for what is selected; null: it is deleted. */
  change: (classId: number | null) => void;
  open: (index: number) => void;
  refresh: () => void;
  show: (index: number) => void;
}

function act(action: Action, now: Options): boolean {
  switch (action.kind) {
    case "move": {
      const layout = now.layout();
      if (!layout || now.size === 0) return false;
      const index = step(layout, Math.max(0, now.selection.focus), action.by);
      now.onPick({ kind: action.extend ? "extend" : action.keep ? "wander" : "focus", index });
      now.show(index);
      return true;
    }
    case "toggle":
      if (now.size === 0) return false;
      now.onPick({ kind: "toggle", index: now.selection.focus });
      return true;
    case "hotkey": {
      const look = now.looks.find((one) => one.hotkey === action.key);
      if (look) now.change(look.id);
      else toasts.say(`No class has the key ${action.key}`, { hint: "Give a class a key on the Browse page." });
      return true;
    }
    case "clear":
      now.change(null);
      return true;
    case "open":
      if (now.size > 0) now.open(now.selection.focus);
      return true;
    case "close":
      if (pickedCount(now.selection, now.size) === 0) return false;
      now.onPick({ kind: "clear" });
      return true;
    case "selectAll":
      now.onPick({ kind: "all", count: now.size });
      announce(`${many(now.size, "object")} selected`);
      return true;
    case "refresh":
      now.refresh();
      return true;
    default:
      return false;
  }
}

/** The keys of the page, wherever its focus is. */
export const useObjectKeys = (options: Options): void => usePageKeys((action) => act(action, options));
