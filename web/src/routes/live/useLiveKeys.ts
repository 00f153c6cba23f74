import { useEffect, useRef } from "react";
import { going, isTyping } from "@/app/keymap";
import { sequence } from "@/app/sequence";
import { watching, type LiveAction } from "@/live/keys";

/** Keys of the page; fields, dialogs and menus keep theirs, and a letter after `g` goes to a page. */
export function useLiveKeys(act: (action: LiveAction) => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]:not([data-page]), [role="menu"], [role="alertdialog"]')) return;
      if (going(sequence.get(), event, event.timeStamp)[1]) return;
      const action = watching(event);
      if (!action) return;
      event.preventDefault();
      latest.current(action);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
