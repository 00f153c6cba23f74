/** Which key does what in the editor, as data: the handler, the key sheet and a person's own keys read this table. */
import type { Kind, KeyInput, ToolName } from "./types";

export type EditorAction =
  | { readonly kind: "tool"; readonly name: ToolName }
  /** By one pixel of the picture, or far: what is selected, the chosen handle, or the keyboard's cursor. */
  | { readonly kind: "nudge" | "grow"; readonly dx: number; readonly dy: number; readonly far: boolean }
  | { readonly kind: "turn"; readonly degrees: number }
  /** Another kind of shape: the one that is named, or the next more exact one. */
  | { readonly kind: "convert"; readonly to?: Kind }
  /** The main button at the keyboard's cursor; Shift as with the pointer. */
  | { readonly kind: "press"; readonly shift?: boolean }
  | { readonly kind: SimpleAction };

export type SimpleAction =
  | "selectAll"
  | "selectNone"
  | "next"
  | "previous"
  | "nextHandle"
  | "previousHandle"
  | "finish"
  | "cancel"
  | "back"
  | "delete"
  | "deleteNewest"
  | "copy"
  | "cut"
  | "paste"
  | "duplicate"
  | "front"
  | "forward"
  | "backward"
  | "bottom"
  | "lock"
  | "hide"
  | "showAll"
  | "merge"
  | "subtract"
  | "split"
  | "undo"
  | "redo"
  | "zoomIn"
  | "zoomOut"
  | "fit"
  | "fitSelection"
  | "larger"
  | "smaller"
  | "erase"
  | "ring"
  | "skipPoint";

export interface Binding {
  /** "Ctrl+Shift+z"; letters small, in the order Ctrl, Alt, Shift. */
  readonly key: string;
  readonly action: EditorAction;
  readonly means: string;
}

const tool = (key: string, name: ToolName, means: string): Binding => ({ key, action: { kind: "tool", name }, means });
const does = (key: string, kind: SimpleAction, means: string): Binding => ({
  key,
  action: { kind },
  means,
});

const ARROWS = [
  ["ArrowLeft", -1, 0, "left"],
  ["ArrowRight", 1, 0, "right"],
  ["ArrowUp", 0, -1, "up"],
  ["ArrowDown", 0, 1, "down"],
] as const;
const arrows = ARROWS.flatMap(([key, dx, dy, where]): Binding[] => [
  { key: `Shift+${key}`, action: { kind: "nudge", dx, dy, far: false }, means: `Move 1 pixel ${where}` },
  { key: `Ctrl+Shift+${key}`, action: { kind: "nudge", dx, dy, far: true }, means: `Move further ${where}` },
  { key: `Alt+${key}`, action: { kind: "grow", dx, dy, far: false }, means: `Resize by 1 pixel, ${where}` },
  { key: `Alt+Shift+${key}`, action: { kind: "grow", dx, dy, far: true }, means: `Resize by more, ${where}` },
]);

export const EDITOR_KEYS: readonly Binding[] = [
  tool("v", "select", "Select"),
  tool("b", "box", "Box"),
  tool("p", "polygon", "Polygon"),
  tool("k", "brush", "Mask brush"),
  tool("o", "obb", "Oriented box"),
  tool("i", "point", "Point"),
  tool("j", "keypoints", "Keypoints"),
  tool("c", "cut", "Cut in two"),
  does("Ctrl+a", "selectAll", "Select all"),
  does("n", "next", "Next object"),
  does("Shift+n", "previous", "Previous object"),
  does("h", "nextHandle", "Next corner or vertex of the selected object"),
  does("Shift+h", "previousHandle", "Previous corner or vertex"),
  { key: " ", action: { kind: "press" }, means: "Press at the keyboard's cursor; with Shift as the pointer does" },
  does("Enter", "finish", "Finish what is being drawn"),
  does("Escape", "cancel", "Give up what is being drawn, or select nothing"),
  does("Backspace", "delete", "Delete what is selected; while drawing: the last point"),
  does("Delete", "delete", "Delete what is selected"),
  does("w", "delete", "Delete what is selected"),
  does("q", "deleteNewest", "Remove the newest object"),
  does("Ctrl+c", "copy", "Copy"),
  does("Ctrl+x", "cut", "Cut"),
  does("Ctrl+v", "paste", "Paste"),
  does("Ctrl+d", "duplicate", "Duplicate"),
  does("]", "forward", "One step to the front"),
  does("[", "backward", "One step to the back"),
  does("}", "front", "To the front"),
  does("{", "bottom", "To the back"),
  does("l", "lock", "Lock, or unlock"),
  does(";", "hide", "Hide what is selected"),
  does(":", "showAll", "Show all that is hidden"),
  does("u", "merge", "Join the selected objects into one"),
  does("Shift+u", "subtract", "Take the others away from the first selected object"),
  does("y", "split", "Make each separate part an object of its own"),
  {
    key: "Shift+y",
    action: { kind: "convert" },
    means: "Box to oriented box to polygon to mask, mask to polygon",
  },
  { key: "r", action: { kind: "turn", degrees: 5 }, means: "Turn by 5 degrees" },
  { key: "Shift+r", action: { kind: "turn", degrees: -5 }, means: "Turn back by 5 degrees" },
  does("e", "erase", "Brush: take away instead, or the other way round"),
  does(".", "larger", "Larger brush"),
  does(",", "smaller", "Smaller brush"),
  does("Shift+e", "ring", "Polygon: the next ring is an object, a hole in the selected one, or a part of it"),
  does("/", "skipPoint", "Keypoints: leave this one out"),
  does("Ctrl+z", "undo", "Undo"),
  does("Ctrl+Shift+z", "redo", "Redo"),
  does("Ctrl+y", "redo", "Redo"),
  does("+", "zoomIn", "Nearer"),
  does("=", "zoomIn", "Nearer"),
  does("-", "zoomOut", "Further"),
  does("!", "fit", "The whole picture"),
  does("@", "fitSelection", "What is selected, large"),
  ...arrows,
];

/** A key as the table writes it. Signs already hold their Shift. */
export function nameOf(key: Pick<KeyInput, "key" | "ctrl" | "alt" | "shift">): string {
  const single = key.key.length === 1;
  const letter = single ? key.key.toLowerCase() : key.key;
  const shift = key.shift && (!single || /[a-z]/.test(letter)) ? "Shift+" : "";
  return `${key.ctrl ? "Ctrl+" : ""}${key.alt ? "Alt+" : ""}${shift}${letter}`;
}

export type Bindings = ReadonlyMap<string, EditorAction>;

export const bindingsOf = (table: readonly Binding[]): Bindings =>
  new Map(table.map(({ key, action }) => [key, action]));

export const DEFAULT_BINDINGS = bindingsOf(EDITOR_KEYS);
