import { useEffect, useRef } from "react";
import { bindings } from "./bindings";
import { bind, browsing, going, isTyping, type Action } from "./keymap";
import { sequence } from "./sequence";

const SLIDES = /^(Arrow|Home$|End$|Page)/;

/** Keys that a control under the focus needs for itself: Enter and Space press it, arrows slide it or walk tabs. */
function belongsToControl(event: KeyboardEvent): boolean {
  if (!(event.target instanceof HTMLElement)) return false;
  const control = event.target.closest("button, a, summary, [role=tab], [role=menuitem], input[type=range]");
  if (!control) return false;
  const slides = control instanceof HTMLInputElement || control.role === "tab";
  return ["Enter", " "].includes(event.key) || (slides && SLIDES.test(event.key));
}

/**
 * The keys of a page with a grid, wherever its focus is; fields, dialogs and controls keep theirs.
 *
 * `act` says whether it took the action.
 */
export function usePageKeys(act: (action: Action) => boolean): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || belongsToControl(event)) return;
      if (document.querySelector('[role="dialog"]:not([data-page]), [role="menu"], [role="alertdialog"]')) return;
      // The letter after `g` goes to a page.
      if (going(sequence.get(), event, event.timeStamp)[1]) return;
      const action = browsing(event, bind(bindings.get()));
      if (action && latest.current(action)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
