import { maxTop, scrollY, sheetY, type Layout, type ScrollY, type SheetY } from "./layout";

/**
 * Joins a scroll bar of bounded height to a sheet of any height.
 *
 * A wheel tick or a key moves the sheet by as many pixels as the scroller, so that reading is smooth at a million
 * rows; a drag of the scroll bar moves it in proportion, so that the bar tells the truth. After reading a while the
 * two have drifted apart, and `settle` says where the bar belongs.
 */
export interface Scroll {
  readonly top: SheetY;
  readonly bar: ScrollY;
}

export const atTop: Scroll = { top: sheetY(0), bar: scrollY(0) };

const maxBar = (layout: Layout) => Math.max(0, layout.scrollPx - layout.viewportPx);
const clamp = (value: number, high: number) => Math.min(Math.max(0, value), high);

/** Where the scroll bar belongs for a place on the sheet. */
export function barFor(layout: Layout, top: SheetY): ScrollY {
  const high = maxTop(layout);
  return scrollY(high === 0 ? 0 : (top / high) * maxBar(layout));
}

const inProportion = (layout: Layout, bar: ScrollY): SheetY => {
  const high = maxBar(layout);
  return sheetY(high === 0 ? 0 : (bar / high) * maxTop(layout));
};

/** The scroller was moved to `bar` by the browser: by wheel, touch, key or by dragging its bar. */
export function moved(layout: Layout, from: Scroll, bar: ScrollY): Scroll {
  if (layout.sheetPx === layout.scrollPx) return { top: sheetY(bar), bar };
  const delta = bar - from.bar;
  if (bar <= 0) return atTop;
  if (bar >= maxBar(layout) - 0.5) return { top: maxTop(layout), bar };
  if (Math.abs(delta) > layout.viewportPx) return { top: inProportion(layout, bar), bar };
  return { top: sheetY(clamp(from.top + delta, maxTop(layout))), bar };
}

/** Goes to a place on the sheet. */
export function goTo(layout: Layout, top: SheetY): Scroll {
  const held = sheetY(clamp(top, maxTop(layout)));
  return { top: held, bar: barFor(layout, held) };
}

/** Once scrolling has stopped: the same place, with the bar where it belongs. */
export const settle = (layout: Layout, at: Scroll): Scroll => goTo(layout, at.top);

/** Keeps the first visible row in view when the layout changes (a resize, another tile size). */
export function relayout(before: Layout, after: Layout, at: Scroll): Scroll {
  const row = Math.max(0, Math.floor((at.top - before.pad) / before.pitchY));
  const rest = at.top - before.pad - row * before.pitchY;
  const index = row * before.columns;
  const newRow = Math.floor(index / after.columns);
  if (at.top <= 0) return goTo(after, sheetY(0));
  return goTo(after, sheetY(after.pad + newRow * after.pitchY + (rest / before.pitchY) * after.pitchY));
}
