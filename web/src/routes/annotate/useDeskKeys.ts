import { useEffect, useRef } from "react";
import { drawBindings } from "@/app/drawBindings";
import { bindDrawing, DOUBLE_MS, DRAW_KEYS, drawing, type DrawAction } from "@/app/drawKeys";
import { everywhere, isTyping } from "@/app/keymap";
import { DEFAULT_BINDINGS, keyInput } from "@/editor";
import type { Desk } from "./desk";
import { parts } from "./slots";
import { toolOff, TOOLS } from "./Tools";

export interface DeskDoes {
  readonly move: (by: 1 | -1) => void;
  readonly next: (done: boolean) => void;
  readonly copyNext: () => void;
  readonly mark: (how: "unsure" | "skip") => void;
  readonly tag: () => void;
}

/** Sliders, ticks and menus use some of these keys themselves; a button that has the focus is pressed by two. */
function belongsToControl(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof HTMLElement) || target instanceof HTMLCanvasElement) return false;
  if (target instanceof HTMLInputElement)
    return key.startsWith("Arrow") || key === " " || key === "Home" || key === "End";
  if (target.closest("button, a, summary, [role=option]")) return key === " " || key === "Enter";
  return false;
}

/** Carries out what a key asks for; returns whether it meant anything here. */
function act(desk: Desk, action: DrawAction, does: DeskDoes): boolean {
  const tool = TOOLS.find((one) => one.action === action.kind);
  if (tool) {
    const off = toolOff(desk, tool.name);
    if (off) desk.say(`${tool.title}: ${off}`);
    else desk.setTool(tool.name);
    return true;
  }
  switch (action.kind) {
    case "hotkey": {
      const look = desk.classes.find((one) => one.hotkey === action.key);
      if (look) desk.giveClass(look.id);
      else desk.say(`No class has the key ${action.key}`, "Give a class a key on the Browse page.");
      return true;
    }
    case "move":
      if (action.by === "left" || action.by === "right") does.move(action.by === "right" ? 1 : -1);
      else desk.stepClass(action.by === "down" ? 1 : -1);
      return true;
    case "nextUnfinished":
    case "doneNext":
      does.next(action.kind === "doneNext");
      return true;
    case "unsure":
    case "skip":
      does.mark(action.kind);
      return true;
    case "copyNext":
      does.copyNext();
      return true;
    case "tag":
      does.tag();
      return true;
    case "escape":
      if (!desk.act({ kind: "cancel" })) desk.setTool("select");
      return true;
    case "submit":
      return desk.act({ kind: "finish" });
    case "delete":
      desk.act({ kind: "delete" });
      return true;
    default: {
      const name = DRAW_KEYS[action.kind].editor;
      const own = name === undefined ? undefined : DEFAULT_BINDINGS.get(name);
      if (own) desk.act(own);
      return true;
    }
  }
}

/** The keys of the page, wherever its focus is; fields, menus and dialogs keep theirs. */
export function useDeskKeys(desk: Desk, does: DeskDoes): void {
  const latest = useRef(does);
  useEffect(() => {
    latest.current = does;
  });
  useEffect(() => {
    let last = { kind: "", at: -Infinity };
    const away = (event: KeyboardEvent) =>
      event.defaultPrevented ||
      isTyping(event.target) ||
      document.querySelector('[role="dialog"]:not([data-page]), [role="menu"], [role="alertdialog"]') !== null;
    const onKey = (event: KeyboardEvent) => {
      if (away(event) || belongsToControl(event)) return;
      if (everywhere(event)?.kind === "undo" && desk.editor?.view().drawing) {
        desk.act({ kind: "back" });
        event.preventDefault();
        return;
      }
      if (everywhere(event)) return;
      const action = drawing(event, bindDrawing(drawBindings.get()));
      if (action === null) {
        if (desk.ready && desk.editor?.key(keyInput(event))) event.preventDefault();
        return;
      }
      const double = !event.repeat && last.kind === action.kind && event.timeStamp - last.at < DOUBLE_MS;
      if (!event.repeat) last = { kind: double ? "" : action.kind, at: event.timeStamp };
      const press = { double, repeat: event.repeat };
      if ((desk.ready && parts.some((part) => part.act?.(desk, action, press))) || act(desk, action, latest.current)) {
        event.preventDefault();
      }
    };
    const onKeyUp = (event: KeyboardEvent) => {
      desk.editor?.key(keyInput(event));
      const action = drawing(event, bindDrawing(drawBindings.get()));
      if (action) for (const part of parts) part.release?.(desk, action);
    };
    window.addEventListener("keydown", onKey, { capture: true });
    window.addEventListener("keyup", onKeyUp, { capture: true });
    return () => {
      window.removeEventListener("keydown", onKey, { capture: true });
      window.removeEventListener("keyup", onKeyUp, { capture: true });
    };
  }, [desk]);
}
