/** Which key does what, as data: the handler, the `?` sheet and the palette read the same table. */

export type Action =
  | {
      readonly kind: "move";
      readonly by: "left" | "right" | "up" | "down" | "home" | "end" | "pageUp" | "pageDown";
      readonly extend: boolean;
      /** What is picked stays picked. */
      readonly keep: boolean;
    }
  | { readonly kind: "hotkey"; readonly key: string }
  | {
      readonly kind:
        | "unsure"
        | "skip"
        | "clear"
        | "open"
        | "close"
        | "selectAll"
        | "toggle"
        | "undo"
        | "redo"
        | "help"
        | "palette"
        | "refresh"
        | "accept"
        | "reject"
        | "repeat"
        | "similar"
        | "explain"
        | "queues"
        | "find"
        | "fit"
        | "zoomIn"
        | "zoomOut";
    }
  | { readonly kind: "go"; readonly letter: string };

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const MOVES = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
  PageUp: "pageUp",
  PageDown: "pageDown",
} as const;

const isMove = (key: string): key is keyof typeof MOVES => key in MOVES;

/** Keys that mean the same on every page. */
export function everywhere(key: Key): Action | null {
  const command = key.ctrlKey || key.metaKey;
  const letter = key.key.toLowerCase();
  if (command && letter === "k") return { kind: "palette" };
  if (command && letter === "z") return { kind: key.shiftKey ? "redo" : "undo" };
  if (command && letter === "y") return { kind: "redo" };
  if (!command && !key.altKey && key.key === "?") return { kind: "help" };
  return null;
}

/** What a person may put on another key, and the key that it has until then. */
export const BINDABLE = {
  unsure: "0",
  skip: "x",
  accept: " ",
  reject: "n",
  repeat: ".",
  similar: "s",
  explain: "e",
  queues: "q",
  find: "/",
  refresh: "r",
} as const;

export type Bindable = keyof typeof BINDABLE;
export type Bindings = ReadonlyMap<string, Bindable>;
/** The keys that a person has chosen instead. */
export type Chosen = Partial<Record<Bindable, string>>;

export const MEANS: Readonly<Record<Bindable, string>> = {
  unsure: "Mark as unsure",
  skip: "Skip",
  accept: "Accept what the model suggests, for the whole selection",
  reject: "Not what the model suggests: accepting leaves it out. In a project of tags: none of these",
  repeat: "The last label again",
  similar: "What is similar to the selection, or to the focused picture",
  explain: "Where a network looked, over the open picture",
  queues: "Choose a queue",
  find: "Search",
  refresh: "Refresh the view",
};

/** Keys that keep their meaning: digits are the classes' own, g begins a jump, the rest moves, opens and zooms. */
const FIXED = /^([1-9]|g|\?|[+=\-!])$/;

/** Why a key cannot stand for something; null when it can. */
export function refusal(chosen: Chosen, kind: Bindable, name: string): string | null {
  const key = name.toLowerCase();
  if (key.length !== 1) return "Take a single letter, digit or sign.";
  if (FIXED.test(key)) return `${keyName(key)} has a meaning of its own.`;
  const holder = bind(chosen).get(key);
  return holder && holder !== kind ? `${keyName(key)} is taken: ${MEANS[holder]}.` : null;
}

/** A key as people read it. */
export const keyName = (key: string): string => (key === " " ? "Space" : key.toUpperCase());

/** Keys to what they do: the defaults, save where a person has chosen another. */
export function bind(chosen: Chosen = {}): Bindings {
  const kinds = Object.keys(BINDABLE) as Bindable[];
  return new Map(kinds.map((kind) => [chosen[kind] ?? BINDABLE[kind], kind]));
}

const DEFAULT_BINDINGS = bind();

/** Keys of the Browse page: grid and detail view alike. */
export function browsing(key: Key, bindings: Bindings = DEFAULT_BINDINGS): Action | null {
  const command = key.ctrlKey || key.metaKey;
  if (key.altKey) return null;
  if (isMove(key.key)) return { kind: "move", by: MOVES[key.key], extend: key.shiftKey, keep: command };
  if (command && key.key === " ") return { kind: "toggle" };
  if (command) return key.key.toLowerCase() === "a" ? { kind: "selectAll" } : null;
  const bound = bindings.get(key.key.toLowerCase());
  if (bound) return { kind: bound };
  switch (key.key) {
    case "Enter":
      return { kind: "open" };
    case "Escape":
      return { kind: "close" };
    case "Backspace":
    case "Delete":
      return { kind: "clear" };
    case "+":
    case "=":
      return { kind: "zoomIn" };
    case "-":
      return { kind: "zoomOut" };
    case "!":
      return { kind: "fit" };
  }
  return /^[1-9]$/.test(key.key) ? { kind: "hotkey", key: key.key } : null;
}

export interface Sequence {
  readonly waiting: boolean;
  readonly since: number;
}

export const noSequence: Sequence = { waiting: false, since: 0 };

/** `g` and then a letter within a second and a half goes to a page. */
export function going(state: Sequence, key: Key, now: number): [Sequence, Action | null] {
  if (key.ctrlKey || key.metaKey || key.altKey) return [noSequence, null];
  const letter = key.key.toLowerCase();
  if (state.waiting && now - state.since < 1500 && /^[a-z]$/.test(letter)) return [noSequence, { kind: "go", letter }];
  if (letter === "g") return [{ waiting: true, since: now }, null];
  return [noSequence, null];
}

/** Keys typed into a field belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export interface Row {
  readonly keys: readonly string[];
  readonly means: string;
}

const bound = (chosen: Chosen, ...kinds: readonly Bindable[]): Row[] =>
  kinds.map((kind) => ({ keys: [keyName(chosen[kind] ?? BINDABLE[kind])], means: MEANS[kind] }));

/** All keys, as they are set. */
export const sheet = (chosen: Chosen): readonly { readonly title: string; readonly rows: readonly Row[] }[] => [
  {
    title: "Label",
    rows: [
      {
        keys: ["1", "…", "9"],
        means:
          "Give the class with that hotkey. In a project of tags: give that tag, or take it away where all have it",
      },
      ...bound(chosen, "accept", "reject", "repeat", "unsure", "skip"),
      { keys: ["⌫"], means: "Take the label away" },
      { keys: ["Ctrl", "Z"], means: "Undo" },
      { keys: ["Ctrl", "Shift", "Z"], means: "Redo" },
    ],
  },
  {
    title: "Move and select",
    rows: [
      { keys: ["←", "→", "↑", "↓"], means: "Move the focus" },
      { keys: ["Shift", "arrow"], means: "Extend the selection" },
      { keys: ["Home", "End"], means: "First and last picture" },
      { keys: ["Ctrl", "arrow"], means: "Move the focus, and keep the selection" },
      { keys: ["Ctrl", "Space"], means: "Add the focused picture to the selection, or take it out" },
      { keys: ["Ctrl", "A"], means: "Select the whole view" },
      ...bound(chosen, "similar", "queues", "find", "refresh"),
      { keys: ["Enter"], means: "Open the picture" },
      { keys: ["Esc"], means: "Close it, select nothing, or go back from what is similar" },
    ],
  },
  {
    title: "In an open picture",
    rows: [
      { keys: ["←", "→"], means: "Previous and next picture" },
      { keys: ["+", "−"], means: "Zoom" },
      { keys: ["Shift", "1"], means: "Fit" },
      ...bound(chosen, "explain"),
    ],
  },
  {
    title: "Among objects",
    rows: [
      { keys: ["1", "…", "9"], means: "Give the selected objects the class with that hotkey" },
      { keys: ["⌫"], means: "Delete them" },
      { keys: ["Enter"], means: "Open the picture of the focused one" },
      { keys: ["R"], means: "Read the list anew" },
    ],
  },
  {
    title: "On the map",
    rows: [
      { keys: ["Shift", "drag"], means: "Select what is drawn around" },
      { keys: ["+", "−"], means: "Nearer and further, as the wheel does at the pointer" },
      { keys: ["Shift", "1"], means: "The whole map" },
    ],
  },
  {
    title: "In the editor",
    rows: [
      { keys: ["arrow"], means: "On the frame or a handle: move it by 1 %, with Shift by 10 %" },
      { keys: ["R"], means: "Turn to the right, with Shift to the left" },
      { keys: ["F"], means: "Mirror left to right" },
      { keys: ["⌫"], means: "Take the picture's edit back" },
    ],
  },
  {
    title: "Everywhere",
    rows: [
      { keys: ["Ctrl", "K"], means: "Every action by name" },
      { keys: ["g", "p"], means: "Projects" },
      { keys: ["g", "b"], means: "Browse" },
      { keys: ["g", "a"], means: "Annotate; there g is a key of its own" },
      { keys: ["g", "o"], means: "Objects" },
      { keys: ["g", "x"], means: "Map" },
      { keys: ["g", "d"], means: "Data" },
      { keys: ["g", "e"], means: "Edit" },
      { keys: ["g", "h"], means: "Heads" },
      { keys: ["g", "t"], means: "Train" },
      { keys: ["g", "m"], means: "Models" },
      { keys: ["g", "j"], means: "Jobs" },
      { keys: ["g", "s"], means: "Settings" },
      { keys: ["?"], means: "This sheet" },
    ],
  },
];
