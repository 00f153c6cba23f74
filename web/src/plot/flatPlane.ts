import { drawingOrder, pointOpacity, pointPx, type Frame, type Paint, type Plane, type Size } from "./plane";

const FAINT = 0.15;

/** Points drawn by the processor, where there is no WebGL: the same picture, slower. */
class FlatPlane implements Plane {
  private size: Size = { width: 1, height: 1 };
  private frame: Frame = { scale: 1, dx: 0, dy: 0 };
  private x: Float32Array = new Float32Array(0);
  private y: Float32Array = new Float32Array(0);
  private paint: Paint = { category: new Uint16Array(0), palette: [] };
  private shown: readonly number[] | null = null;
  private chosen: ReadonlySet<number> | null = null;
  private waiting = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
  ) {}

  draw(x: Float32Array, y: Float32Array, paint: Paint): void {
    [this.x, this.y, this.paint] = [x, y, paint];
    this.soon();
  }

  show(points: readonly number[] | null): void {
    this.shown = points;
    this.soon();
  }

  select(points: readonly number[] | null): void {
    this.chosen = points && new Set(points);
    this.soon();
  }

  look(frame: Frame): void {
    this.frame = frame;
    this.soon();
  }

  resize(size: Size): void {
    this.size = size;
    this.canvas.width = size.width * devicePixelRatio;
    this.canvas.height = size.height * devicePixelRatio;
    this.soon();
  }

  close(): void {
    cancelAnimationFrame(this.waiting);
  }

  private soon(): void {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.render());
  }

  private render(): void {
    const { context, size } = this;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    const opacity = pointOpacity(this.x.length);
    const px = pointPx(this.x.length, this.frame, size);
    for (const i of drawingOrder(this.paint.category, this.shown, this.chosen)) {
      const left = this.frame.dx + (this.x[i] ?? 0) * this.frame.scale - px / 2;
      const top = this.frame.dy - (this.y[i] ?? 0) * this.frame.scale - px / 2;
      if (left < -px || top < -px || left > size.width || top > size.height) continue;
      context.globalAlpha = this.chosen?.has(i) === false ? FAINT : opacity;
      context.fillStyle = this.paint.palette[this.paint.category[i] ?? 0] ?? "#888";
      context.fillRect(left, top, px, px);
    }
  }
}

/** A plane on the canvas without WebGL; beside it where a WebGL that failed holds the canvas. */
export function flatPlane(canvas: HTMLCanvasElement, size: Size): Plane {
  let own = canvas;
  if (!own.getContext("2d")) {
    own = canvas.cloneNode() as HTMLCanvasElement;
    canvas.after(own);
  }
  const context = own.getContext("2d");
  if (!context) throw new Error("this browser draws on no canvas");
  const plane = new FlatPlane(own, context);
  plane.resize(size);
  return plane;
}
