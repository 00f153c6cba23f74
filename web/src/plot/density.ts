import { seen, toScreen, type Frame, type Size } from "./plane";

const TILE_PX = 256;
const MOST_ZOOM = 8;
const KEEP = 200;

export type TileUrl = (zoom: number, x: number, y: number) => string;

interface Place {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** The tiles that cover what is seen, at the zoom whose cells are about as large as the screen's pixels. */
export function tilesSeen(frame: Frame, size: Size): readonly Place[] {
  const zoom = Math.max(0, Math.min(MOST_ZOOM, Math.round(Math.log2((2 * frame.scale) / TILE_PX))));
  const tiles = 2 ** zoom;
  const [left, bottom, right, top] = seen(frame, size);
  const place = (share: number) => Math.max(0, Math.min(tiles - 1, Math.floor((share / 2) * tiles)));
  const found: Place[] = [];
  for (let y = place(1 - top); y <= place(1 - bottom); y++) {
    for (let x = place(1 + left); x <= place(1 + right); x++) found.push({ zoom, x, y });
  }
  return found;
}

/** Draws how many points lie where, from the server's tiles, beneath the points. */
export class Density {
  private readonly images = new Map<string, HTMLImageElement>();
  private frame: Frame | null = null;
  private size: Size = { width: 1, height: 1 };
  private urlOf: TileUrl | null = null;
  private waiting = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Shows the tiles of a map; null: none. */
  of(urlOf: TileUrl | null): void {
    this.urlOf = urlOf;
    this.images.clear();
    this.soon();
  }

  look(frame: Frame): void {
    this.frame = frame;
    this.soon();
  }

  resize(size: Size): void {
    this.size = size;
    this.canvas.width = size.width;
    this.canvas.height = size.height;
    this.soon();
  }

  close(): void {
    cancelAnimationFrame(this.waiting);
    this.images.clear();
  }

  private soon(): void {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.render());
  }

  private render(): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, this.size.width, this.size.height);
    if (!this.frame || !this.urlOf) return;
    for (const { zoom, x, y } of tilesSeen(this.frame, this.size)) {
      const image = this.image(this.urlOf(zoom, x, y));
      if (!image.complete || image.naturalWidth === 0) continue;
      const side = 2 / 2 ** zoom;
      const [left, top] = toScreen(this.frame, -1 + x * side, 1 - y * side);
      const px = side * this.frame.scale;
      context.drawImage(image, left, top, px, px);
    }
  }

  private image(url: string): HTMLImageElement {
    const kept = this.images.get(url);
    if (kept) return kept;
    const image = new Image();
    image.onload = () => this.soon();
    image.src = url;
    this.images.set(url, image);
    for (const old of [...this.images.keys()].slice(0, Math.max(0, this.images.size - KEEP))) this.images.delete(old);
    return image;
  }
}
