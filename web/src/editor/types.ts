/** The words of the editor: objects as the API says them, commands as it takes them. */
import type { ImagePoint } from "@/grid/camera";

export type { Camera, ImagePoint, ScreenPoint, Size } from "@/grid/camera";

/** x0, y0, x1, y1, ...: three points or more, the first not repeated at the end. */
export type Ring = readonly number[];
/** An outer ring, then its holes. */
export type Part = readonly Ring[];
/** x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, in pixels of the picture. */
export type Box = readonly [number, number, number, number];
export interface Rle {
  /** Height, width. */
  readonly size: readonly [number, number];
  /** COCO's text: runs column by column. */
  readonly counts: string;
}

export type BoxShape = { readonly kind: "box"; readonly geometry: Box };
/** Centre, width, height, degrees clockwise as seen. */
export type ObbShape = {
  readonly kind: "obb";
  readonly geometry: readonly [number, number, number, number, number];
};
export type PolygonShape = { readonly kind: "polygon"; readonly geometry: readonly Part[] };
export type MaskShape = { readonly kind: "mask"; readonly geometry: Rle };
/** x, y, and 0 for not given, 1 for hidden, 2 for seen. */
export type KeypointsShape = {
  readonly kind: "keypoints";
  readonly geometry: readonly (readonly [number, number, number])[];
};
export type PointShape = { readonly kind: "point"; readonly geometry: readonly [number, number] };
/** A shape in pixels of the upright picture, corners at integers; nothing is rounded. */
export type Shape = BoxShape | ObbShape | PolygonShape | MaskShape | KeypointsShape | PointShape;
export type Kind = Shape["kind"];

export type Attribute = string | number | boolean;
export interface Traits {
  readonly uid: string;
  readonly class_id: number;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Drawn later when higher. */
  readonly z: number;
  /** Cannot be changed, and the pointer passes through it. */
  readonly locked: boolean;
  /** Neither drawn nor hit. */
  readonly hidden: boolean;
  readonly score: number | null;
  readonly source: string;
}
export type EditorObject = Traits & Shape;

/** Exactly what POST objects takes, with what stood there before. One command is one undo step. */
export interface Command {
  readonly label: string;
  readonly image: number;
  readonly put: readonly EditorObject[];
  readonly delete: readonly string[];
  /** What the objects of `put` and `delete` were; those that are new are not among them. */
  readonly before: readonly EditorObject[];
}

export interface Skeleton {
  readonly names: readonly string[];
  readonly edges: readonly (readonly [number, number])[];
}
/** A class is told by colour, number and dash pattern, never by colour alone. */
export interface EditorClass {
  readonly id: number;
  readonly name: string;
  /** #rrggbb */
  readonly colour: string;
  /** Its number on the chips. */
  readonly number: number;
  /** As `stroke-dasharray`, in CSS pixels: "none", "9 4", ... */
  readonly dash: string;
  readonly skeleton?: Skeleton | null;
}

export type ToolName = "select" | "box" | "obb" | "polygon" | "brush" | "point" | "keypoints" | "cut";

export interface Settings {
  /** Distance of the grid's lines in pixels of the picture; 0: no grid. */
  readonly grid: number;
  /** Whether corners snap to the picture's border and to the grid. */
  readonly snap: boolean;
  /** And to the sides of other objects. */
  readonly snapObjects: boolean;
  /** 1 leaves the picture as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly hideLabels: boolean;
  /** 0 to 1: how strongly areas are filled. */
  readonly fill: number;
  /** Diameter in pixels of the picture. */
  readonly brush: number;
  /** The brush takes away. */
  readonly erase: boolean;
  /** What the next ring of the polygon tool is: an object, or a hole in the selected one, or a part of it. */
  readonly ring: "new" | "hole" | "part";
}

export const SETTINGS: Settings = {
  grid: 0,
  snap: true,
  snapObjects: false,
  brightness: 1,
  contrast: 1,
  hideLabels: false,
  fill: 0.18,
  brush: 24,
  erase: false,
  ring: "new",
};

/** What the pointer did; CSS pixels from the canvas's top left corner. */
export interface PointerInput {
  readonly type: "down" | "move" | "up" | "cancel" | "leave";
  readonly x: number;
  readonly y: number;
  /** 0 the main one, 1 the middle one, 2 the secondary one. */
  readonly button: number;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** 2 for the second press of a double click. */
  readonly clicks: number;
  /** 0 to 1, of a pen; 0.5 of a mouse. */
  readonly pressure?: number;
}
export interface WheelInput {
  readonly x: number;
  readonly y: number;
  readonly deltaX: number;
  readonly deltaY: number;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
}
export interface KeyInput {
  readonly type: "down" | "up";
  readonly key: string;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly repeat: boolean;
}

/** What has changed since the last call; the page reads what it needs again. */
export type Changed = "objects" | "selection" | "tool" | "draft" | "camera" | "settings";

/** The picture's own element, moved with the canvases in the same frame; an <img> fits. */
export interface Layer {
  readonly style: { transform: string; filter: string; imageRendering: string; width: string; height: string };
}

export interface Ports {
  /** All shapes at rest. */
  readonly still: HTMLCanvasElement;
  /** What is selected or being drawn, handles, guides: above `still`. */
  readonly active: HTMLCanvasElement;
  /** Below `still`, its origin at their top left corner; null: the page shows the picture in its own way. */
  readonly picture: Layer | null;
  /** A change was made and stands in the editor already; it must be saved. */
  onCommand(command: Command): void;
  onChange(what: Changed): void;
  /** Milliseconds, as performance.now(). */
  now(): number;
  /** Calls back before the next paint; requestAnimationFrame unless given. */
  frame?(draw: () => void): void;
  /** A new name for an object: 1 to 32 letters and digits, unique. */
  uid?(): string;
}

/** What the page mirrors for those who do not see the canvas. */
export interface EditorView {
  readonly tool: ToolName;
  /** "box", "polygon", ... while something is being drawn; null at rest. */
  readonly drawing: string | null;
  /** How many points it has so far. */
  readonly points: number;
  readonly selection: readonly string[];
  /** The keyboard's cursor, while it is in use. */
  readonly cursor: ImagePoint | null;
  /** Which handle of the selected object the keyboard moves. */
  readonly handle: string | null;
  readonly zoom: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** The last thing worth saying, for a live region. */
  readonly says: string;
}
