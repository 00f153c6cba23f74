/** What every tool is: a pure state machine. State and input in, state and wishes out; the editor carries them out. */
import type { Raster } from "../raster";
import type { Box, EditorObject, ImagePoint, Settings, Shape, Size, Skeleton } from "../types";

export interface Press {
  readonly kind: "down" | "move" | "up";
  readonly p: ImagePoint;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** 2 for the second press of a double click. */
  readonly clicks: number;
  readonly pressure: number;
}
/** finish is Enter, cancel is Esc, back takes the last point away, skip leaves one out. */
export type Input = Press | Sign<"finish"> | Sign<"cancel"> | Sign<"back"> | Sign<"skip">;
interface Sign<K> {
  readonly kind: K;
}

/** What a tool may look at. */
export interface Context {
  readonly size: Size;
  /** CSS pixels per pixel of the picture. */
  readonly zoom: number;
  readonly settings: Settings;
  readonly selection: readonly EditorObject[];
  /** Of the class that is drawn next. */
  readonly skeleton: Skeleton | null;
  /** Objects under a place, the likeliest first. */
  at(p: ImagePoint, reach: number): readonly EditorObject[];
  within(box: Box): readonly EditorObject[];
  skeletonOf(object: EditorObject): Skeleton | null;
  /** The place itself, or one close by that it snaps to; `except` are objects that do not count. */
  snap(p: ImagePoint, except?: readonly string[]): ImagePoint;
  /** A new object of the class that is drawn next. */
  make(shape: Shape): EditorObject;
}

export type Effect =
  | {
      readonly do: "commit";
      readonly label: string;
      readonly put: readonly EditorObject[];
      readonly delete?: readonly string[];
      readonly select?: readonly string[];
    }
  | { readonly do: "select"; readonly uids: readonly string[] }
  | { readonly do: "say"; readonly text: string };

export interface DraftShape {
  readonly shape: Shape;
  /** null: the class that is drawn next. */
  readonly classId: number | null;
}
/** What is shown while something is under way. */
export interface Draft {
  readonly shapes: readonly DraftShape[];
  /** Objects that the shapes stand for. */
  readonly hides: readonly string[];
  /** Objects that are on their way, drawn where they are going. */
  readonly moving: { readonly objects: readonly EditorObject[]; readonly dx: number; readonly dy: number } | null;
  /** A rectangle that selects. */
  readonly marquee: Box | null;
  /** An open line, x, y, x, y, ... */
  readonly line: readonly number[];
  /** Points of the line are marked. */
  readonly dots: readonly number[];
  /** A mask while it is painted. */
  readonly pixels: LivePixels | null;
  /** A word beside the pointer. */
  readonly note: string;
  /** CSS cursor. */
  readonly cursor: string;
}
export interface LivePixels {
  readonly raster: Raster;
  /** Where it was written, in this order; a raster of its own begins anew. */
  readonly written: readonly Box[];
  /** null: the class that is drawn next. */
  readonly classId: number | null;
}
export const draftOf = (parts: Partial<Draft>): Draft => ({
  shapes: [],
  hides: [],
  moving: null,
  marquee: null,
  line: [],
  dots: [],
  pixels: null,
  note: "",
  cursor: "crosshair",
  ...parts,
});

export type Step<S> = readonly [S, readonly Effect[]];

export interface Tool<S> {
  readonly start: S;
  step(state: S, input: Input, context: Context): Step<S>;
  draft(state: S, context: Context): Draft;
  /** What is being drawn and how many points it has; null at rest. */
  progress(state: S): { readonly what: string; readonly points: number } | null;
}

/** How far, in CSS pixels, a press may be off a mark, and a click may wander. */
export const REACH_PX = 7;
export const CLICK_PX = 3;

export const isClick = (from: ImagePoint, to: ImagePoint, zoom: number) =>
  Math.hypot(to.x - from.x, to.y - from.y) * zoom <= CLICK_PX;

/** A place within the picture. */
export const inside = (p: ImagePoint, size: Size): ImagePoint => ({
  ...p,
  x: Math.max(0, Math.min(size.width, p.x)),
  y: Math.max(0, Math.min(size.height, p.y)),
});

export const say = (text: string): Effect => ({ do: "say", text });
