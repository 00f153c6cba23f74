import { useEffect, useRef, type PointerEvent, type RefObject } from "react";
import type { Pick } from "./selection";

/** Nearer to an edge than this the grid moves along, px. */
const EDGE_PX = 48;
/** Pixels per frame at the very edge, and beyond it. */
const FASTEST_PX = 32;

const indexUnder = (x: number, y: number): number | null => {
  const tile = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-index]");
  return tile ? Number(tile.dataset.index) : null;
};

/** How far to scroll in this frame for a pointer at `y`; 0 away from the edges. */
export function edgeSpeed(y: number, top: number, bottom: number): number {
  const into = y < top + EDGE_PX ? y - (top + EDGE_PX) : y > bottom - EDGE_PX ? y - (bottom - EDGE_PX) : 0;
  return Math.max(-1, Math.min(1, into / EDGE_PX)) * FASTEST_PX;
}

interface Drag {
  readonly from: number;
  last: number;
  x: number;
  y: number;
  frame: number;
}

/** Dragging over tiles picks all from the first to the one under the pointer; at an edge the grid moves along. */
export function useDragPick(scroller: RefObject<HTMLElement | null>, onPick: (pick: Pick) => void) {
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  });
  const drag = useRef<Drag | null>(null);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);

  return (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType === "touch" || event.shiftKey || event.ctrlKey || event.metaKey) return;
    if ((event.target as Element).closest("button")) return;
    const from = indexUnder(event.clientX, event.clientY);
    if (from === null) return;
    const now: Drag = { from, last: from, x: event.clientX, y: event.clientY, frame: 0 };
    drag.current = now;
    const reach = () => {
      const to = indexUnder(now.x, now.y);
      if (to === null || to === now.last) return;
      now.last = to;
      pick.current({ kind: "range", from: now.from, to });
    };
    const follow = () => {
      const element = scroller.current;
      if (!element) return;
      const { top, bottom } = element.getBoundingClientRect();
      const by = now.last === now.from ? 0 : edgeSpeed(now.y, top, bottom);
      if (by !== 0) {
        element.scrollTop += by;
        reach();
      }
      now.frame = requestAnimationFrame(follow);
    };
    const onMove = (move: globalThis.PointerEvent) => {
      now.x = move.clientX;
      now.y = move.clientY;
      reach();
    };
    stop.current = () => {
      cancelAnimationFrame(now.frame);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", stop.current);
      window.removeEventListener("pointercancel", stop.current);
      drag.current = null;
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", stop.current);
    window.addEventListener("pointercancel", stop.current);
    now.frame = requestAnimationFrame(follow);
  };
}
