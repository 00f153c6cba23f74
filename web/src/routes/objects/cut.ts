import type { GalleryItem } from "@/api/types";

export type Bounds = readonly [number, number, number, number];

/** What of a picture a tile shows, in pixels of the picture. */
export interface Cut {
  readonly box: Bounds;
  /** From the box to a square of side 1: where its corner lies, and how long a pixel is. */
  readonly shift: readonly [number, number];
  readonly scale: number;
}

/** Share of the object's longer side that is shown around it, at least so many pixels. */
const AROUND = 0.15;
const LEAST_PX = 4;

export const boundsOf = (item: Pick<GalleryItem, "bounds">): Bounds => {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = item.bounds;
  return [x1, y1, x2, y2];
};

const along = (low: number, high: number, side: number, most: number): [number, number] => {
  const middle = Math.min(Math.max((low + high) / 2, 0), most);
  const from = Math.max(0, Math.floor(middle - side / 2));
  const to = Math.min(most, Math.ceil(middle + side / 2));
  return [Math.min(from, Math.max(0, most - 1)), Math.max(to, Math.min(most, 1))];
};

/** A square around an object, as far as the picture goes. Whole pixels, so that the same part has one address. */
export function cutOf(item: Pick<GalleryItem, "bounds" | "width" | "height">): Cut {
  const [x1, y1, x2, y2] = boundsOf(item);
  const long = Math.max(x2 - x1, y2 - y1);
  const side = long + 2 * Math.max(LEAST_PX, long * AROUND);
  const [left, right] = along(x1, x2, side, item.width);
  const [top, bottom] = along(y1, y2, side, item.height);
  const [width, height] = [right - left, bottom - top];
  const scale = 1 / Math.max(width, height, 1);
  return { box: [left, top, right, bottom], shift: [(1 - width * scale) / 2, (1 - height * scale) / 2], scale };
}

/** A rectangle of the picture within a tile, in shares of its side. */
export function placeIn({ box, shift, scale }: Cut, [x1, y1, x2, y2]: Bounds) {
  return {
    x: (x1 - box[0]) * scale + shift[0],
    y: (y1 - box[1]) * scale + shift[1],
    width: (x2 - x1) * scale,
    height: (y2 - y1) * scale,
  };
}

/** How many pixels are asked of the server: few sizes, so that they are found again. */
export const pixelsFor = (side: number, ratio: number): number =>
  [96, 160, 256, 384, 512].find((px) => px >= side * ratio) ?? 512;
