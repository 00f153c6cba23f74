import type { Editor } from "@/editor";
import type { Desk } from "./desk";
import { parts, type PartPointer } from "./slots";

const TYPES: Readonly<Record<string, PartPointer["type"]>> = {
  pointerdown: "down",
  pointermove: "move",
  pointerup: "up",
  pointercancel: "cancel",
  pointerleave: "leave",
};

/** Asks the parts about pointer and wheel before the editor hears of them; returns how to stop. */
export function intercept(desk: Desk, editor: Editor, outer: HTMLElement): () => void {
  const onCanvas = (event: Event) => event.target instanceof HTMLCanvasElement;
  const onPointer = (event: PointerEvent) => {
    if (!onCanvas(event)) return;
    if (!desk.ready) {
      event.stopPropagation();
      return;
    }
    const { left, top } = outer.getBoundingClientRect();
    const screen = { x: event.clientX - left, y: event.clientY - top };
    const pointer: PartPointer = {
      type: TYPES[event.type] ?? "move",
      screen,
      at: editor.toImage(screen),
      button: event.button,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
    };
    if (parts.some((part) => part.pointer?.(desk, pointer))) event.stopPropagation();
  };
  const onWheel = (event: WheelEvent) => {
    const held = { ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey };
    const by = event.deltaY > 0 ? 1 : -1;
    if (!onCanvas(event) || !parts.some((part) => part.wheel?.(desk, by, held))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onDown = (event: PointerEvent) => {
    // The keys belong to the canvas again.
    if (onCanvas(event)) (event.target as HTMLElement).parentElement?.querySelector<HTMLElement>("[tabindex]")?.focus();
  };
  const types = Object.keys(TYPES) as (keyof HTMLElementEventMap & `pointer${string}`)[];
  for (const type of types) outer.addEventListener(type, onPointer as EventListener, { capture: true });
  outer.addEventListener("pointerdown", onDown);
  outer.addEventListener("wheel", onWheel, { capture: true, passive: false });
  return () => {
    for (const type of types) outer.removeEventListener(type, onPointer as EventListener, { capture: true });
    outer.removeEventListener("pointerdown", onDown);
    outer.removeEventListener("wheel", onWheel, { capture: true });
  };
}
