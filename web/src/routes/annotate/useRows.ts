import { useLayoutEffect, useState, type RefObject } from "react";

export interface Rows {
  readonly start: number;
  readonly end: number;
}

const MARGIN = 6;

/** Which rows of one height a scrolled box shows; the others need not be made. */
export function rowsOf(scrolled: number, height: number, row: number, count: number): Rows {
  const start = Math.max(0, Math.floor(scrolled / row) - MARGIN);
  return { start, end: Math.min(count, Math.ceil((scrolled + height) / row) + MARGIN) };
}

export function useRows(box: RefObject<HTMLElement | null>, row: number, count: number): Rows {
  const [seen, setSeen] = useState({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [box]);
  return rowsOf(seen.top, seen.height, row, count);
}
