import { Density, type TileUrl } from "./density";
import { flatPlane } from "./flatPlane";
import { glPlane } from "./glPlane";
import { Nearest } from "./nearest";
import { fitted, seen, toPlane, toScreen, zoomed, type Frame, type Paint, type Plane, type Size } from "./plane";
import { simplify, type Polygon } from "./polygon";

export type Tool = "move" | "lasso";

export interface ScatterEvents {
  onFrame: (frame: Frame, size: Size) => void;
  onHover: (point: number | null) => void;
  onClick: (point: number | null) => void;
  /** A loop that was drawn, in the plane's coordinates. */
  onLasso: (polygon: Polygon) => void;
}

interface Layers {
  readonly box: HTMLElement;
  readonly density: HTMLCanvasElement;
  readonly points: HTMLCanvasElement;
  readonly hand: HTMLCanvasElement;
}

const REACH_PX = 9;
const CLICK_PX = 4;
const LASSO_STEP_PX = 3;
const LASSO_TOLERANCE_PX = 1.5;

/** A plane of points under a hand: wheel and drag move it, Shift or the lasso draws around points. */
export class Scatter {
  /** False where points are drawn without WebGL. */
  readonly fast: boolean;
  private readonly plane: Plane;
  private readonly density: Density;
  private size: Size;
  private frame: Frame;
  private x: Float32Array = new Float32Array(0);
  private y: Float32Array = new Float32Array(0);
  private nearest = new Nearest(this.x, this.y);
  private shown: ReadonlySet<number> | null = null;
  private tool: Tool = "move";
  private from: { x: number; y: number; lasso: boolean; moved: boolean } | null = null;
  private loop: [number, number][] = [];
  private ring: number | null = null;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly layers: Layers,
    private readonly events: ScatterEvents,
  ) {
    this.size = sizeOf(layers.box);
    this.frame = fitted(this.size);
    const gl = glPlane(layers.points);
    this.fast = gl !== null;
    this.plane = gl ?? flatPlane(layers.points, this.size);
    this.density = new Density(layers.density);
    this.listen();
    this.measure();
  }

  draw(x: Float32Array, y: Float32Array, paint: Paint): void {
    if (x !== this.x) this.nearest = new Nearest(x, y);
    [this.x, this.y] = [x, y];
    this.plane.draw(x, y, paint);
    this.sketch();
  }

  show(points: readonly number[] | null): void {
    this.shown = points && new Set(points);
    this.plane.show(points);
  }

  select(points: readonly number[] | null): void {
    this.plane.select(points);
  }

  /** Puts a ring around a point. */
  mark(point: number | null): void {
    this.ring = point;
    this.sketch();
  }

  use(tool: Tool): void {
    this.tool = tool;
  }

  shade(urlOf: TileUrl | null): void {
    this.density.of(urlOf);
  }

  fit(): void {
    this.look(fitted(this.size));
  }

  zoom(factor: number): void {
    this.look(zoomed(this.frame, this.size, factor, this.size.width / 2, this.size.height / 2));
  }

  /** What is seen: left, bottom, right, top. */
  seen(): readonly [number, number, number, number] {
    return seen(this.frame, this.size);
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.density.close();
    this.plane.close();
  }

  private look(frame: Frame): void {
    this.frame = frame;
    this.plane.look(frame);
    this.density.look(frame);
    this.sketch();
    this.events.onFrame(frame, this.size);
  }

  private measure(): void {
    const before = this.size;
    const size = sizeOf(this.layers.box);
    this.size = size;
    this.layers.hand.width = size.width * devicePixelRatio;
    this.layers.hand.height = size.height * devicePixelRatio;
    this.plane.resize(size);
    this.density.resize(size);
    const shift = { dx: (size.width - before.width) / 2, dy: (size.height - before.height) / 2 };
    const untouched = Math.abs(this.frame.scale - fitted(before).scale) < 1e-9;
    this.look(untouched ? fitted(size) : { ...this.frame, dx: this.frame.dx + shift.dx, dy: this.frame.dy + shift.dy });
  }

  private listen(): void {
    const { box } = this.layers;
    const on = <K extends keyof HTMLElementEventMap>(
      kind: K,
      handler: (event: HTMLElementEventMap[K]) => void,
      options?: AddEventListenerOptions,
    ) => {
      box.addEventListener(kind, handler, options);
      this.stops.push(() => box.removeEventListener(kind, handler, options));
    };
    on("wheel", (event) => this.onWheel(event), { passive: false });
    on("pointerdown", (event) => this.onDown(event));
    on("pointermove", (event) => this.onMove(event));
    on("pointerup", (event) => this.onUp(event));
    on("pointercancel", () => this.letGo());
    on("pointerleave", () => this.events.onHover(null));
    on("dblclick", () => this.fit());
    const observer = new ResizeObserver(() => this.measure());
    observer.observe(box);
    this.stops.push(() => observer.disconnect());
  }

  private at(event: MouseEvent): readonly [number, number] {
    const { left, top } = this.layers.box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private under(px: number, py: number): number | null {
    const [x, y] = toPlane(this.frame, px, py);
    return this.nearest.at(x, y, REACH_PX / this.frame.scale, (point) => this.shown?.has(point) ?? true);
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const by = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    this.look(zoomed(this.frame, this.size, Math.exp(-by * 0.0018), ...this.at(event)));
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || (event.target as Element).closest("button")) return;
    this.layers.box.setPointerCapture(event.pointerId);
    this.events.onHover(null);
    const [x, y] = this.at(event);
    this.from = { x, y, lasso: event.shiftKey || this.tool === "lasso", moved: false };
    this.loop = this.from.lasso ? [[x, y]] : [];
  }

  private onMove(event: PointerEvent): void {
    const [x, y] = this.at(event);
    if (!this.from) {
      this.events.onHover((event.target as Element).closest("button") ? null : this.under(x, y));
      return;
    }
    if (!this.from.moved && Math.hypot(x - this.from.x, y - this.from.y) < CLICK_PX) return;
    this.from.moved = true;
    if (this.from.lasso) {
      const last = this.loop.at(-1) ?? [x, y];
      if (Math.hypot(x - last[0], y - last[1]) >= LASSO_STEP_PX) this.loop.push([x, y]);
      this.sketch();
      return;
    }
    this.look({ ...this.frame, dx: this.frame.dx + x - this.from.x, dy: this.frame.dy + y - this.from.y });
    this.from = { ...this.from, x, y };
  }

  private onUp(event: PointerEvent): void {
    const { from, loop } = this;
    this.letGo();
    if (!from) return;
    if (!from.moved) this.events.onClick(this.under(...this.at(event)));
    else if (from.lasso) {
      const corners = simplify([...loop, loop[0] ?? [0, 0]], LASSO_TOLERANCE_PX).slice(0, -1);
      if (corners.length > 2) this.events.onLasso(corners.map(([x, y]) => toPlane(this.frame, x, y)));
    }
  }

  private letGo(): void {
    this.from = null;
    this.loop = [];
    this.sketch();
  }

  /** The loop under the hand, and the ring. */
  private sketch(): void {
    const context = this.layers.hand.getContext("2d");
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.size.width, this.size.height);
    if (this.loop.length < 2 && this.ring === null) return;
    const style = getComputedStyle(this.layers.box);
    context.lineWidth = 2;
    context.strokeStyle = style.getPropertyValue("--accent");
    if (this.loop.length > 1) {
      context.beginPath();
      for (const [x, y] of this.loop) context.lineTo(x, y);
      context.closePath();
      context.stroke();
      context.globalAlpha = 0.12;
      context.fillStyle = style.getPropertyValue("--accent");
      context.fill();
      context.globalAlpha = 1;
    }
    if (this.ring === null) return;
    const [x, y] = toScreen(this.frame, this.x[this.ring] ?? 0, this.y[this.ring] ?? 0);
    for (const [colour, width] of [
      ["--bg", 5],
      ["--text", 2],
    ] as const) {
      context.beginPath();
      context.arc(x, y, 9, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = style.getPropertyValue(colour);
      context.stroke();
    }
  }
}

const sizeOf = (box: HTMLElement): Size => ({
  width: Math.max(1, box.clientWidth),
  height: Math.max(1, box.clientHeight),
});
