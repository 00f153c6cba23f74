/** Where the plane lies on the screen: pixels from its left top are `dx + x * scale` and `dy - y * scale`. The whole
 * plane spans -1 to 1 both ways. */
export interface Frame {
  readonly scale: number;
  readonly dx: number;
  readonly dy: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A point of the screen in the plane's coordinates, and back. */
export const toPlane = (frame: Frame, px: number, py: number): readonly [number, number] => [
  (px - frame.dx) / frame.scale,
  (frame.dy - py) / frame.scale,
];
export const toScreen = (frame: Frame, x: number, y: number): readonly [number, number] => [
  frame.dx + x * frame.scale,
  frame.dy - y * frame.scale,
];

/** The whole plane in the middle of the screen, with a margin. */
export function fitted({ width, height }: Size): Frame {
  const scale = (0.96 * Math.min(width, height)) / 2;
  return { scale, dx: width / 2, dy: height / 2 };
}

const NEAREST = 400;
const FURTHEST = 0.4;

/** Nearer by a factor, with a point of the screen staying where it is; never further than is of use. */
export function zoomed(frame: Frame, size: Size, factor: number, px: number, py: number): Frame {
  const whole = fitted(size).scale;
  const scale = Math.min(whole * NEAREST, Math.max(whole * FURTHEST, frame.scale * factor));
  const real = scale / frame.scale;
  return { scale, dx: px + (frame.dx - px) * real, dy: py + (frame.dy - py) * real };
}

/** What is seen of the plane: left, bottom, right, top. */
export function seen(frame: Frame, { width, height }: Size): readonly [number, number, number, number] {
  const [left, top] = toPlane(frame, 0, 0);
  const [right, bottom] = toPlane(frame, width, height);
  return [left, bottom, right, top];
}

export interface Paint {
  /** Place of each point's colour in the palette. */
  readonly category: Uint16Array;
  readonly palette: readonly string[];
}

/** Something that draws points. */
export interface Plane {
  draw: (x: Float32Array, y: Float32Array, paint: Paint) => void;
  /** Shows these points only; null: all. */
  show: (points: readonly number[] | null) => void;
  /** Lifts these points out of the others; null: none is chosen. */
  select: (points: readonly number[] | null) => void;
  look: (frame: Frame) => void;
  resize: (size: Size) => void;
  close: () => void;
}

/** How large a point is, so that few can be seen and many do not cover each other; a little larger when one is near. */
export function pointPx(count: number, frame: Frame, size: Size): number {
  const px = count > 20_000 ? 2.5 : count > 4_000 ? 3.5 : count > 600 ? 5 : 7;
  return px * Math.max(1, Math.min(3, (frame.scale / fitted(size).scale) ** 0.4));
}
export const pointOpacity = (count: number): number => (count > 20_000 ? 0.65 : count > 4_000 ? 0.8 : 0.95);

/** The points to draw, those that cover others last: the neutral colour first, what is chosen at the end. */
export function drawingOrder(
  category: Uint16Array,
  shown: readonly number[] | null,
  front: ReadonlySet<number> | null,
): Uint32Array {
  const layers: [number[], number[], number[]] = [[], [], []];
  const add = (i: number) => layers[front?.has(i) === true ? 2 : category[i] === 0 ? 0 : 1].push(i);
  if (shown) shown.forEach(add);
  else for (let i = 0; i < category.length; i++) add(i);
  return Uint32Array.from(layers.flat());
}
