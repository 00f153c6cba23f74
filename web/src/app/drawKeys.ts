/** Which key does what on the Annotate page, as data: the handler, the `?` sheet, the settings and the buttons read it. */
import type { Key, Row } from "./keymap";

interface Meaning {
  /** The key until a person chooses another: "b", "Shift+b". */
  readonly key: string;
  readonly means: string;
  /** What the editor itself calls this: the key that its own table has for it. */
  readonly editor?: string;
}

const TABLE = {
  select: { key: "v", means: "Select, move and reshape" },
  box: { key: "b", means: "Box" },
  obb: { key: "o", means: "Oriented box" },
  polygon: { key: "p", means: "Polygon" },
  brush: { key: "k", means: "Mask brush" },
  eraser: { key: "e", means: "Mask brush that takes away" },
  point: { key: "i", means: "Point" },
  keypoints: { key: "j", means: "Keypoints of the class's skeleton" },
  cut: { key: "c", means: "Cut a polygon in two" },
  autoClass: { key: "a", means: "Auto class: the assist names what is drawn" },
  boxAssist: { key: "s", means: "Box assist: a rough box becomes a tight one, or a mask" },
  pointAssist: { key: "d", means: "Point assist: one click makes an object" },
  multiPoint: { key: "m", means: "Several points make one object" },
  positive: { key: "f", means: "The next points belong to it" },
  negative: { key: "g", means: "The next points do not belong to it" },
  tweak: { key: "x", means: "Tweak what is selected; twice: all of its class" },
  pause: { key: "z", means: "While held: assists rest" },
  accept: { key: "y", means: "Accept a suggestion" },
  acceptAll: { key: "Shift+y", means: "Accept all suggestions above the threshold" },
  findText: { key: "Shift+f", means: "Find by text" },
  nextGhost: { key: "Shift+g", means: "Next suggestion" },
  reject: { key: "u", means: "Reject a suggestion" },
  removeNewest: { key: "q", means: "Remove the newest object", editor: "q" },
  removeSelected: { key: "w", means: "Delete what is selected; while drawing: the last point", editor: "Backspace" },
  nextObject: { key: "Ctrl+ArrowDown", means: "Next object", editor: "n" },
  previousObject: { key: "Ctrl+ArrowUp", means: "Previous object", editor: "Shift+n" },
  nextHandle: { key: "Ctrl+ArrowRight", means: "Next corner of the selected object", editor: "h" },
  previousHandle: { key: "Ctrl+ArrowLeft", means: "Previous corner", editor: "Shift+h" },
  hide: { key: "h", means: "Hide or show what is selected", editor: ";" },
  showAll: { key: "Shift+h", means: "Show all that is hidden", editor: ":" },
  lock: { key: "l", means: "Lock or unlock what is selected", editor: "l" },
  join: { key: "Shift+j", means: "Join the selected objects into one", editor: "u" },
  subtract: { key: "Shift+u", means: "Take the others away from the first selected object", editor: "Shift+u" },
  takeApart: { key: "Shift+s", means: "Make each separate part an object of its own", editor: "y" },
  convert: { key: "Shift+o", means: "Box to oriented box to polygon", editor: "Shift+y" },
  copyNext: { key: "Shift+c", means: "Copy what is selected, or all, to the next picture" },
  unsure: { key: "0", means: "Mark the picture as unsure" },
  skip: { key: "Shift+x", means: "Skip the picture" },
  tag: { key: "t", means: "Class or tags of the picture" },
  nextUnfinished: { key: "n", means: "Next unfinished picture" },
  doneNext: { key: "Shift+n", means: "This one is done, and the next that is not" },
} as const satisfies Readonly<Record<string, Meaning>>;

export type DrawBindable = keyof typeof TABLE;
export type DrawChosen = Partial<Record<DrawBindable, string>>;
export const DRAW_KEYS: Readonly<Record<DrawBindable, Meaning>> = TABLE;
export const DRAW_KINDS = Object.keys(TABLE) as DrawBindable[];

/** What the page is asked to do; `key` is the digit of a class. */
export type DrawAction =
  | { readonly kind: DrawBindable | "submit" | "escape" | "delete" }
  | { readonly kind: "hotkey"; readonly key: string }
  | { readonly kind: "move"; readonly by: "left" | "right" | "up" | "down" };

export type DrawBindings = ReadonlyMap<string, DrawBindable>;

export const bindDrawing = (chosen: DrawChosen = {}): DrawBindings =>
  new Map(DRAW_KINDS.map((kind) => [chosen[kind] ?? DRAW_KEYS[kind].key, kind]));

/** A key as the table writes it: "b", "Shift+b", "Ctrl+ArrowDown". A sign holds its Shift already. */
export function nameOfKey({ key, ctrlKey, metaKey, altKey, shiftKey }: Key): string {
  const letter = key.length === 1 ? key.toLowerCase() : key;
  const shift = shiftKey && (key.length > 1 || /[a-z]/.test(letter)) ? "Shift+" : "";
  return `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift}${letter}`;
}

/** A key of the table as people read it: each part for itself. */
export const keyParts = (name: string): string[] =>
  name.split("+").map((part) => ARROWS[part] ?? (part.length === 1 ? part.toUpperCase() : part));

const ARROWS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Backspace: "⌫",
  " ": "Space",
};

/** Keys that keep their meaning: digits are the classes' own, the rest zooms, moves, stacks and takes back. */
const FIXED = /^([1-9]|[?+=\-!@[\]{}., ]|Ctrl\+(?!Arrow(Up|Down|Left|Right)$).*|(Shift\+|Alt\+).{2,}|.{2,})$/;
const FREE = /^(Shift\+[a-z]|Ctrl\+Arrow(Up|Down|Left|Right))$/;

/** Why a key cannot stand for something; null when it can. */
export function refuseDrawing(chosen: DrawChosen, kind: DrawBindable, name: string): string | null {
  const shown = keyParts(name).join(" ");
  if (FIXED.test(name) && !FREE.test(name)) return `${shown} has a meaning of its own.`;
  const holder = bindDrawing(chosen).get(name);
  return holder && holder !== kind ? `${shown} is taken: ${DRAW_KEYS[holder].means}.` : null;
}

const PLAIN: Readonly<Record<string, DrawAction>> = {
  Enter: { kind: "submit" },
  Escape: { kind: "escape" },
  Backspace: { kind: "delete" },
  Delete: { kind: "delete" },
  ArrowLeft: { kind: "move", by: "left" },
  ArrowRight: { kind: "move", by: "right" },
  ArrowUp: { kind: "move", by: "up" },
  ArrowDown: { kind: "move", by: "down" },
};

const DEFAULT_BINDINGS = bindDrawing();

/** What a key asks the page for; null: it may be one of the editor's own. */
export function drawing(key: Key, bindings: DrawBindings = DEFAULT_BINDINGS): DrawAction | null {
  const name = nameOfKey(key);
  const bound = bindings.get(name);
  if (bound) return { kind: bound };
  return PLAIN[name] ?? (/^[1-9]$/.test(name) ? { kind: "hotkey", key: name } : null);
}

/** The second press of a key within this time counts as a double one. */
export const DOUBLE_MS = 350;

/** Rows of the `?` sheet. */
export const drawSheet = (chosen: DrawChosen): readonly Row[] => [
  { keys: ["1", "…", "9"], means: "Class of what is selected, or of the next object" },
  { keys: ["←", "→"], means: "Previous and next picture" },
  { keys: ["↑", "↓"], means: "Previous and next class" },
  ...DRAW_KINDS.map((kind) => ({ keys: keyParts(chosen[kind] ?? DRAW_KEYS[kind].key), means: DRAW_KEYS[kind].means })),
  { keys: ["Enter"], means: "Close the polygon, or take what the assist shows" },
  { keys: ["⌫"], means: "Delete what is selected; while drawing: the last point" },
  { keys: ["Esc"], means: "Leave off drawing, select nothing" },
  { keys: ["Ctrl", "A"], means: "Select all objects" },
  { keys: ["Ctrl", "C"], means: "Copy; X cuts, V pastes, also in another picture, D duplicates" },
  { keys: ["[", "]"], means: "A step behind or before the others" },
  { keys: [",", "."], means: "Smaller and larger brush" },
  {
    keys: ["Shift", "arrow"],
    means: "Move by one pixel; the drawing cursor where nothing is selected. With Ctrl further",
  },
  { keys: ["Alt", "arrow"], means: "Resize by one pixel" },
  { keys: ["Space"], means: "Set a point at the drawing cursor; held while dragging: move the picture" },
  { keys: ["+", "−"], means: "Zoom, as the wheel does at the pointer" },
  { keys: ["Shift", "1"], means: "The whole picture; with 2: what is selected" },
];
