import { useEffect, useRef } from "react";
import { bindings } from "@/app/bindings";
import { bind, browsing, isTyping, type Bindable } from "@/app/keymap";

/** A key that only an open picture knows. */
export function useDetailKey(kind: Bindable, act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      if (browsing(event, bind(bindings.get()))?.kind !== kind) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [kind]);
}
