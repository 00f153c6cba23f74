import { useEffect, useRef } from "react";
import { browsing, going, isTyping, type Action } from "@/app/keymap";
import { sequence } from "@/app/sequence";
import { announce } from "@/app/services";
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

/** A button that has the focus is pressed by Enter and Space; tabs are walked by the arrows. */
function belongsToControl(event: KeyboardEvent): boolean {
  if (!(event.target instanceof HTMLElement)) return false;
  const control = event.target.closest("button, a, summary, [role=tab], [role=menuitem]");
  if (!control) return false;
  return ["Enter", " "].includes(event.key) || (control.role === "tab" && /^(Arrow|Home$|End$)/.test(event.key));
}

/** The keys of the page, wherever its focus is; fields and dialogs keep theirs. */
export function useObjectKeys(options: Options): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || belongsToControl(event)) return;
      if (document.querySelector('[role="dialog"], [role="menu"], [role="alertdialog"]')) return;
      if (going(sequence.get(), event, event.timeStamp)[1]) return;
      const action = browsing(event);
      if (action && act(action, latest.current)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
