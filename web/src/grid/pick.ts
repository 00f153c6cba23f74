/** Which tile a mouse is on, and what a click there picks. */
import type { MouseEvent } from "react";
import type { Pick } from "./selection";

export function indexAt(event: MouseEvent): number | null {
  const tile = (event.target as Element).closest<HTMLElement>("[data-index]");
  return tile ? Number(tile.dataset.index) : null;
}

/** With Shift all up to there, with Ctrl this one too; null beside the tiles, and on a button of one. */
export function clickPick(event: MouseEvent): Pick | null {
  const index = indexAt(event);
  if (index === null || (event.target as Element).closest("button")) return null;
  if (event.shiftKey) return { kind: "extend", index };
  return { kind: event.ctrlKey || event.metaKey ? "toggle" : "click", index };
}
