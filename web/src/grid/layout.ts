/** Where tiles lie. Two frames: the sheet is the whole grid, however tall; the scroller is what a browser can scroll. */

/** Pixels from the top of the whole grid. */
export type SheetY = number & { readonly _frame: "sheet" };
/** Pixels of the scrolling element's scrollTop. */
export type ScrollY = number & { readonly _frame: "scroll" };

export const sheetY = (y: number) => y as SheetY;
export const scrollY = (y: number) => y as ScrollY;

/** Elements taller than ~16.7M px lose rows in some browsers: beyond this height the scroll bar is scaled. */
export const MAX_SCROLL_PX = 8_000_000;

export interface Layout {
  readonly count: number;
  readonly columns: number;
  /** Side of a picture, px. */
  readonly tile: number;
  /** Distance from one tile's left edge to the next one's, px. */
  readonly pitchX: number;
  readonly pitchY: number;
  readonly rows: number;
  readonly pad: number;
  /** Height of the whole grid. */
  readonly sheetPx: number;
  /** Height given to the scrolling element's content. */
  readonly scrollPx: number;
  readonly viewportPx: number;
}

export interface LayoutInput {
  count: number;
  width: number;
  height: number;
  tile: number;
  gap: number;
  pad: number;
  /** Height of the line of text under a picture, px. */
  caption: number;
}

/** Columns fill the width: the tile gives way a little rather than leave a ragged edge. */
export function layOut({ count, width, height, tile, gap, pad, caption }: LayoutInput): Layout {
  const inner = Math.max(tile, width - 2 * pad);
  const columns = Math.max(1, Math.round((inner + gap) / (tile + gap)));
  const side = Math.max(1, Math.floor((inner - gap * (columns - 1)) / columns));
  const pitchY = side + caption + gap;
  const rows = Math.ceil(count / columns);
  const sheetPx = rows === 0 ? 0 : rows * pitchY - gap + 2 * pad;
  return {
    count,
    columns,
    tile: side,
    pitchX: side + gap,
    pitchY,
    rows,
    pad,
    sheetPx,
    scrollPx: Math.min(sheetPx, MAX_SCROLL_PX),
    viewportPx: height,
  };
}

export interface Range {
  /** First index. */
  readonly start: number;
  /** One past the last index. */
  readonly end: number;
}

/** Indices of the tiles within the viewport at `top`, with `overscan` rows on either side. */
export function visible(layout: Layout, top: SheetY, overscan: number): Range {
  const first = Math.floor((top - layout.pad) / layout.pitchY) - overscan;
  const last = Math.floor((top + layout.viewportPx - layout.pad) / layout.pitchY) + overscan;
  const start = Math.max(0, first) * layout.columns;
  const end = Math.min(layout.count, (last + 1) * layout.columns);
  return start < end ? { start, end } : { start: 0, end: 0 };
}

export interface Place {
  readonly x: number;
  readonly y: SheetY;
}

/** Top left corner of a tile on the sheet. */
export function place(layout: Layout, index: number): Place {
  const row = Math.floor(index / layout.columns);
  const column = index % layout.columns;
  return { x: layout.pad + column * layout.pitchX, y: sheetY(layout.pad + row * layout.pitchY) };
}

/** Highest top of the viewport on the sheet. */
export const maxTop = (layout: Layout): SheetY => sheetY(Math.max(0, layout.sheetPx - layout.viewportPx));

/** The least scrolling that shows the whole tile; `top` itself when it is in view already. */
export function reveal(layout: Layout, index: number, top: SheetY): SheetY {
  const y = place(layout, index).y;
  const bottom = y + layout.pitchY;
  if (y - layout.pad < top) return sheetY(Math.max(0, y - layout.pad));
  if (bottom > top + layout.viewportPx) return sheetY(Math.min(maxTop(layout), bottom - layout.viewportPx));
  return top;
}

export type Step = "left" | "right" | "up" | "down" | "home" | "end" | "pageUp" | "pageDown";

/** The index that an arrow key leads to; rows are kept by up and down, and the ends hold. */
export function step(layout: Layout, index: number, by: Step): number {
  const last = layout.count - 1;
  if (last < 0) return -1;
  const page = Math.max(1, Math.floor(layout.viewportPx / layout.pitchY)) * layout.columns;
  const vertical = (delta: number) => {
    const next = index + delta;
    if (next < 0) return index % layout.columns;
    if (next <= last) return next;
    const lastRow = Math.floor(last / layout.columns);
    return Math.floor(index / layout.columns) === lastRow ? index : last;
  };
  switch (by) {
    case "left":
      return Math.max(0, index - 1);
    case "right":
      return Math.min(last, index + 1);
    case "up":
      return index < layout.columns ? index : vertical(-layout.columns);
    case "down":
      return vertical(layout.columns);
    case "pageUp":
      return vertical(-page);
    case "pageDown":
      return vertical(page);
    case "home":
      return 0;
    case "end":
      return last;
  }
}
