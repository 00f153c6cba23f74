import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";
import { layOut, place as placeOf, reveal, scrollY, visible, type Layout, type Range, type SheetY } from "./layout";
import { atTop, goTo, moved, relayout, settle, type Scroll } from "./scroll";

const OVERSCAN_ROWS = 2;
const IDLE_MS = 120;
/** Pixels per millisecond beyond which nothing can be seen anyway. */
const FLYING = 4;

interface Window extends Range {
  /** What to add to a place on the sheet to get a place in the scroller's content. */
  readonly shift: number;
}

export interface Scroller {
  layout: Layout;
  window: Window;
  onScroll: () => void;
  show: (index: number) => void;
  /** Whether a tile is on screen now, all of it or in part. */
  inView: (index: number) => boolean;
}

interface Options {
  count: number;
  tile: number;
  caption: number;
  /** Changes when another view is opened: the grid starts at its top, or where it was left. */
  viewKey: string;
  onFlying: (flying: boolean) => void;
}

function useSize(ref: RefObject<HTMLElement | null>) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

const windowAt = (layout: Layout, at: Scroll): Window => ({
  ...visible(layout, at.top, OVERSCAN_ROWS),
  shift: at.bar - at.top,
});

const same = (a: Window, b: Window) => a.start === b.start && a.end === b.end && a.shift === b.shift;

/** Ties a scrolling element to a sheet of any height. */
export function useScroller(
  ref: RefObject<HTMLElement | null>,
  { count, tile, caption, viewKey, onFlying }: Options,
): Scroller {
  const size = useSize(ref);
  const layout = useMemo(
    () => layOut({ count, width: size.width, height: size.height, tile, gap: 10, pad: 12, caption }),
    [count, size, tile, caption],
  );
  const at = useRef<Scroll>(atTop);
  const last = useRef({ layout, viewKey });
  const left = useRef(new Map<string, SheetY>());
  const speed = useRef({ time: 0, timer: undefined as ReturnType<typeof setTimeout> | undefined });
  const [window, setWindow] = useState<Window>({ start: 0, end: 0, shift: 0 });

  const place = useCallback(
    (next: Scroll, moveBar: boolean) => {
      at.current = next;
      const shown = windowAt(layout, next);
      setWindow((now) => (same(now, shown) ? now : shown));
      const element = ref.current;
      if (moveBar && element) {
        element.scrollTop = next.bar;
        // The browser rounds: what it kept is what the next move counts from.
        at.current = { top: next.top, bar: scrollY(element.scrollTop) };
      }
    },
    [layout, ref],
  );

  useLayoutEffect(() => {
    const before = last.current;
    last.current = { layout, viewKey };
    if (size.height === 0) return;
    if (before.viewKey !== viewKey) {
      left.current.set(before.viewKey, at.current.top);
      place(goTo(layout, left.current.get(viewKey) ?? atTop.top), true);
    } else if (before.layout !== layout && before.layout.columns > 0) {
      place(relayout(before.layout, layout, at.current), true);
    } else place(at.current, true);
  }, [layout, viewKey, size.height, place]);

  const onScroll = useCallback(() => {
    const element = ref.current;
    if (!element || Math.abs(element.scrollTop - at.current.bar) < 0.5) return;
    const before = at.current;
    const next = moved(layout, before, scrollY(element.scrollTop));
    const now = performance.now();
    const pace = Math.abs(next.top - before.top) / Math.max(1, now - speed.current.time);
    speed.current.time = now;
    onFlying(pace > FLYING);
    place(next, false);
    clearTimeout(speed.current.timer);
    speed.current.timer = setTimeout(() => {
      onFlying(false);
      if (layout.sheetPx !== layout.scrollPx) flushSync(() => place(settle(layout, at.current), true));
    }, IDLE_MS);
  }, [layout, onFlying, place, ref]);

  useEffect(() => {
    const { current } = speed;
    return () => clearTimeout(current.timer);
  }, []);

  const show = useCallback(
    (index: number) => {
      const top = reveal(layout, index, at.current.top);
      if (top !== at.current.top) place(goTo(layout, top), true);
    },
    [layout, place],
  );

  const inView = useCallback(
    (index: number) => {
      const { y } = placeOf(layout, index);
      return y + layout.pitchY > at.current.top && y < at.current.top + layout.viewportPx;
    },
    [layout],
  );

  return { layout, window, onScroll, show, inView };
}
