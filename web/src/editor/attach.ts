/** Joins an editor to the page's events: pointer, wheel and size of an element. Keys are the page's to route. */
import type { Editor } from "./editor";
import type { KeyInput, PointerInput } from "./types";

const TYPES: Readonly<Record<string, PointerInput["type"]>> = {
  pointerdown: "down",
  pointermove: "move",
  pointerup: "up",
  pointercancel: "cancel",
  pointerleave: "leave",
};
const DOUBLE_MS = 350;
const DOUBLE_PX = 6;

export const keyInput = (event: KeyboardEvent): KeyInput => ({
  type: event.type === "keyup" ? "up" : "down",
  key: event.key,
  shift: event.shiftKey,
  ctrl: event.ctrlKey || event.metaKey,
  alt: event.altKey,
  repeat: event.repeat,
});

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Fingers on the canvas; two of them move and zoom the picture until both are lifted. */
class Fingers {
  isPinching = false;
  private readonly down = new Map<number, Place>();

  heard(event: PointerEvent, x: number, y: number): { from: Place; to: Place; factor: number } | null {
    if (event.pointerType !== "touch") return null;
    const before = [...this.down.values()];
    if (event.type === "pointerdown" || this.down.has(event.pointerId)) this.down.set(event.pointerId, { x, y });
    if (event.type !== "pointerdown" && event.type !== "pointermove") this.down.delete(event.pointerId);
    const now = [...this.down.values()];
    if (now.length >= 2) this.isPinching = true;
    else if (!now.length && event.type !== "pointermove") this.isPinching = false;
    const [a, b, c, d] = [before[0], before[1], now[0], now[1]];
    if (!a || !b || !c || !d) return null;
    const apart = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    return { from: middle(a, b), to: middle(c, d), factor: Math.hypot(d.x - c.x, d.y - c.y) / apart || 1 };
  }
}

const middle = (a: Place, b: Place): Place => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** Listens until the function that it returns is called. */
export function attach(editor: Editor, element: HTMLElement): () => void {
  let last = { at: -Infinity, x: 0, y: 0 };
  const clicksOf = (event: PointerEvent) => {
    if (event.type !== "pointerdown") return 1;
    const isDouble =
      event.timeStamp - last.at < DOUBLE_MS && Math.hypot(event.clientX - last.x, event.clientY - last.y) < DOUBLE_PX;
    last = { at: isDouble ? -Infinity : event.timeStamp, x: event.clientX, y: event.clientY };
    return isDouble ? 2 : 1;
  };
  const give = (event: PointerEvent, clicks: number): boolean => {
    const { left, top } = element.getBoundingClientRect();
    return editor.pointer({
      type: TYPES[event.type] ?? "move",
      x: event.clientX - left,
      y: event.clientY - top,
      button: event.button,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      clicks,
      pressure: event.pointerType === "pen" ? event.pressure : 0.5,
    });
  };
  const fingers = new Fingers();
  const onPointer = (event: PointerEvent) => {
    const { left, top } = element.getBoundingClientRect();
    const pinch = fingers.heard(event, event.clientX - left, event.clientY - top);
    if (pinch) editor.pinch(pinch.from, pinch.to, pinch.factor);
    if (fingers.isPinching) return;
    if (event.type === "pointerdown") element.setPointerCapture(event.pointerId);
    const clicks = clicksOf(event);
    const all = event.type === "pointermove" && editor.tool() === "brush" ? event.getCoalescedEvents() : [];
    let taken = false;
    for (const one of all.length ? all : [event]) taken = give(one, clicks) || taken;
    if (taken && event.type === "pointerdown") event.preventDefault();
  };
  const onWheel = (event: WheelEvent) => {
    const { left, top } = element.getBoundingClientRect();
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 32 : 1;
    const taken = editor.wheel({
      x: event.clientX - left,
      y: event.clientY - top,
      deltaX: event.deltaX * scale,
      deltaY: event.deltaY * scale,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
    });
    if (taken) event.preventDefault();
  };
  const measure = () => editor.resize(element.clientWidth, element.clientHeight, devicePixelRatio);
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  measure();
  const types = Object.keys(TYPES) as (keyof HTMLElementEventMap & `pointer${string}`)[];
  for (const type of types) element.addEventListener(type, onPointer as EventListener);
  element.addEventListener("wheel", onWheel, { passive: false });
  return () => {
    observer.disconnect();
    for (const type of types) element.removeEventListener(type, onPointer as EventListener);
    element.removeEventListener("wheel", onWheel);
  };
}
