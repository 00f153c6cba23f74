import { useEffect, type RefObject } from "react";

/** Buttons that open something keep the focus, for what they open gives it back to them. */
const KEEPS = "[aria-haspopup], [aria-expanded], [type=submit]";

/** After a click of the mouse on a button the keys belong to the pictures again: the next Space accepts, and does not
 * press the button once more. A button that was reached by keys keeps the focus. */
export function useKeysBack(panes: RefObject<HTMLElement | null>, toGrid: () => void): void {
  useEffect(() => {
    const element = panes.current;
    if (!element) return;
    const onClick = (event: MouseEvent) => {
      if (event.detail === 0 || !(event.target instanceof Element)) return;
      const button = event.target.closest("button");
      if (button && !button.matches(KEEPS) && !button.closest(".grid")) toGrid();
    };
    element.addEventListener("click", onClick);
    return () => element.removeEventListener("click", onClick);
  }, [panes, toGrid]);
}
