/** The two canvases and the picture beneath: what is painted again, and when. */
import { fit, hold, seen } from "./camera";
import { boundsOf, grow, intersects, union } from "./geometry";
import { paintActive, type ActiveScene } from "./paint/active";
import { LiveMask, MaskBitmaps } from "./paint/masks";
import { paintGrid, paintStill } from "./paint/still";
import type { Model } from "./model";
import type { Box, Camera, Ports, Size } from "./types";

/** CSS pixels that a shape's line, dot or frame reaches beyond its bounds. */
const BLEED_PX = 8;
/** A larger share of the stage is painted as a whole. */
const PART = 0.5;
/** From this zoom on single pixels are shown as squares. */
const PIXELS_FROM = 6;

export interface Shown {
  readonly model: Model;
  /** Not painted with the others: the active canvas shows them. */
  away(): ReadonlySet<string>;
  active(): Omit<ActiveScene, "camera" | "stage" | "settings" | "classOf">;
}

export class Stage {
  size: Size = { width: 1, height: 1 };
  camera: Camera;
  private ratio = 1;
  private stale: "none" | "part" | "all" = "all";
  private part: Box | null = null;
  private waiting = false;
  private readonly masks = new MaskBitmaps();
  private readonly liveMask = new LiveMask();
  private fitted = true;
  /** Milliseconds that each of the last frames took to paint. */
  readonly spent: number[] = [];

  constructor(
    private readonly ports: Ports,
    private readonly shown: Shown,
  ) {
    this.camera = fit(this.size, shown.model.size);
  }

  /** Follows the element's size; CSS pixels, and device pixels for each of them. */
  resize(width: number, height: number, ratio: number): void {
    this.size = { width: Math.max(1, width), height: Math.max(1, height) };
    this.ratio = ratio;
    for (const canvas of [this.ports.still, this.ports.active]) {
      canvas.width = Math.round(this.size.width * ratio);
      canvas.height = Math.round(this.size.height * ratio);
    }
    if (this.fitted) this.fit();
    else this.look(this.camera);
  }

  fit(): void {
    this.look(fit(this.size, this.shown.model.size));
    this.fitted = true;
  }

  /** Looks at another part of the picture, never away from all of it. */
  look(camera: Camera): void {
    this.camera = hold(camera, this.size, this.shown.model.size);
    this.fitted = false;
    this.paint();
  }

  /** Paints all at the next frame, or only what lies in a part of the picture. */
  paint(part?: Box): void {
    if (!part) this.stale = "all";
    else if (this.stale !== "all") {
      this.stale = "part";
      this.part = this.part ? union(this.part, part) : part;
    }
    this.touch();
  }

  /** Paints the active canvas at the next frame. */
  touch(): void {
    if (this.waiting) return;
    this.waiting = true;
    const draw = () => this.draw();
    if (this.ports.frame) this.ports.frame(draw);
    else requestAnimationFrame(draw);
  }

  private draw(): void {
    this.waiting = false;
    const began = this.ports.now();
    // The active one first: it tells what the still one leaves out.
    this.drawActive();
    if (this.stale === "all") this.place();
    if (this.stale !== "none") this.drawStill();
    this.spent.push(this.ports.now() - began);
    if (this.spent.length > 300) this.spent.shift();
  }

  private place(): void {
    const style = this.ports.picture?.style;
    if (!style) return;
    const { origin, zoom } = this.camera;
    const { width, height } = this.shown.model.size;
    const { brightness, contrast } = this.shown.model.settings;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transform = `translate(${origin.x}px, ${origin.y}px) scale(${zoom})`;
    style.imageRendering = zoom >= PIXELS_FROM ? "pixelated" : "auto";
    style.filter = filterOf(brightness, contrast);
  }

  private drawStill(): void {
    const context = this.ports.still.getContext("2d");
    if (!context) return;
    const view = seen(this.camera, this.size);
    const bleed = BLEED_PX / this.camera.zoom;
    const part = this.stale === "part" && this.part ? grow(this.part, bleed) : null;
    this.stale = "none";
    this.part = null;
    if (part && !intersects(part, view)) return;
    const clip = part && share(part, view) <= PART ? part : null;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.save();
    if (clip) this.clip(context, clip);
    context.clearRect(0, 0, this.size.width, this.size.height);
    const { scene, settings, ghostInFocus, size } = this.shown.model;
    const away = this.shown.away();
    const area = grow(clip ?? view, bleed);
    const objects = scene.within(area).filter((object) => !away.has(object.uid));
    const ghosts = this.shown.model.ghosts.filter((ghost) => intersects(boundsOf(ghost), area));
    paintGrid(context, settings.grid, this.camera, size);
    const classOf = (id: number) => scene.classOf(id);
    paintStill(context, { objects, ghosts, ghostInFocus, camera: this.camera, settings, classOf }, this.masks);
    context.restore();
  }

  private clip(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: Box): void {
    const { origin, zoom } = this.camera;
    const [left, top] = [Math.floor(origin.x + x1 * zoom), Math.floor(origin.y + y1 * zoom)];
    context.beginPath();
    context.rect(left, top, Math.ceil(origin.x + x2 * zoom) - left, Math.ceil(origin.y + y2 * zoom) - top);
    context.clip();
  }

  private drawActive(): void {
    const context = this.ports.active.getContext("2d");
    if (!context) return;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.size.width, this.size.height);
    const { scene, settings } = this.shown.model;
    const classOf = (id: number) => scene.classOf(id);
    paintActive(
      context,
      { ...this.shown.active(), camera: this.camera, stage: this.size, settings, classOf },
      this.masks,
      this.liveMask,
    );
  }
}

/** How much of a view a box may cover at most, 0 to 1 and beyond. */
const share = (box: Box, view: Box) =>
  ((box[2] - box[0]) * (box[3] - box[1])) / ((view[2] - view[0]) * (view[3] - view[1]));

/** The CSS filter for brightness and contrast, 1 being as it is. */
export const filterOf = (brightness: number, contrast: number): string =>
  brightness === 1 && contrast === 1 ? "none" : `brightness(${brightness}) contrast(${contrast})`;
