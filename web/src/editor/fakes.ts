/** An editor without a browser, for tests: canvases that paint nothing, frames when asked for. */
import { Editor } from "./editor";
import { Model } from "./model";
import { imagePoint } from "./geometry";
import type { Input, Tool, Effect, Context } from "./tools/tool";
import type { Changed, Command, EditorClass, EditorObject, KeyInput, PointerInput, Shape, Size } from "./types";

export const CLASSES: readonly EditorClass[] = [
  { id: 1, name: "car", colour: "#5aa9ff", number: 1, dash: "none" },
  {
    id: 2,
    name: "person",
    colour: "#f0bd62",
    number: 2,
    dash: "9 4",
    skeleton: {
      names: ["head", "hip", "foot"],
      edges: [
        [0, 1],
        [1, 2],
      ],
    },
  },
];

export function object(uid: string, shape: Shape, traits: Partial<EditorObject> = {}): EditorObject {
  const plain = {
    class_id: 1,
    attributes: {},
    z: 0,
    locked: false,
    hidden: false,
    score: null,
    source: "person",
  };
  return { ...plain, ...traits, uid, ...shape };
}
export const box = (uid: string, x1: number, y1: number, x2: number, y2: number, traits: Partial<EditorObject> = {}) =>
  object(uid, { kind: "box", geometry: [x1, y1, x2, y2] }, traits);

function counter(): () => string {
  let count = 0;
  return () => `new${++count}`;
}

/** What a tool may look at, over these objects; one CSS pixel for each of the picture. */
export function context(
  objects: readonly EditorObject[] = [],
  selected: readonly string[] = [],
  size: Size = { width: 200, height: 100 },
): Context {
  const model = new Model(
    { onCommand: () => undefined, uid: counter() },
    { changed: () => undefined, repaint: () => undefined },
  );
  model.open(1, size);
  model.scene.setClasses(CLASSES);
  model.draftClass = 1;
  model.settings = { ...model.settings, snap: false };
  model.setObjects(objects);
  model.select(selected);
  return model.context(1);
}

type Kind = "down" | "move" | "up";
export const at = (
  kind: Kind,
  x: number,
  y: number,
  keys: { shift?: boolean; ctrl?: boolean; alt?: boolean; clicks?: number } = {},
): Input => ({
  kind,
  p: imagePoint(x, y),
  shift: false,
  ctrl: false,
  alt: false,
  clicks: 1,
  pressure: 0.5,
  ...keys,
});
/** A press and release at each place. */
export const clicks = (...places: readonly (readonly [number, number])[]): Input[] =>
  places.flatMap(([x, y]) => [at("move", x, y), at("down", x, y), at("up", x, y)]);
export const drag = (x1: number, y1: number, x2: number, y2: number, keys: Parameters<typeof at>[3] = {}): Input[] => [
  at("down", x1, y1, keys),
  at("move", (x1 + x2) / 2, (y1 + y2) / 2, keys),
  at("move", x2, y2, keys),
  at("up", x2, y2, keys),
];

/** Plays inputs through a tool; what it wished for in the end. */
export function play<S>(tool: Tool<S>, context: Context, inputs: readonly Input[]): { state: S; effects: Effect[] } {
  let state = tool.start;
  const effects: Effect[] = [];
  for (const input of inputs) {
    const [next, wished] = tool.step(state, input, context);
    state = next;
    effects.push(...wished);
  }
  return { state, effects };
}
export const committed = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === "commit" ? [effect] : []));

const canvas = () =>
  ({ width: 0, height: 0, style: { cursor: "" }, getContext: () => null }) as unknown as HTMLCanvasElement;

export function desk(objects: readonly EditorObject[] = [], size: Size = { width: 400, height: 300 }) {
  const commands: Command[] = [];
  const changes: Changed[] = [];
  const frames: (() => void)[] = [];
  const editor = new Editor({
    still: canvas(),
    active: canvas(),
    picture: null,
    onCommand: (command) => commands.push(command),
    onChange: (what) => changes.push(what),
    now: () => 0,
    frame: (draw) => frames.push(draw),
    uid: counter(),
  });
  // 400 x 300 with the fit's margin of 24: one CSS pixel for each of the picture.
  editor.resize(size.width + 48, size.height + 48);
  editor.setPicture(7, size.width, size.height);
  editor.setClasses(CLASSES);
  editor.setDraftClass(1);
  editor.setSettings({ snap: false });
  editor.setObjects(objects);
  const point = (type: PointerInput["type"], x: number, y: number, keys: Partial<PointerInput> = {}) => {
    const screen = editor.toScreen({ x, y });
    return editor.pointer({ type, ...screen, button: 0, shift: false, ctrl: false, alt: false, clicks: 1, ...keys });
  };
  return {
    editor,
    commands,
    changes,
    frames,
    point,
    drag: (x1: number, y1: number, x2: number, y2: number, keys: Partial<PointerInput> = {}) => {
      point("down", x1, y1, keys);
      point("move", x2, y2, keys);
      point("up", x2, y2, keys);
    },
    click: (x: number, y: number, keys: Partial<PointerInput> = {}) => {
      point("down", x, y, keys);
      point("up", x, y, keys);
    },
    /** "Ctrl+Shift+z" */
    press: (name: string) => {
      const parts = name === "+" ? ["+"] : name.split("+");
      const key: KeyInput = {
        type: "down",
        key: parts.at(-1) ?? "",
        shift: parts.includes("Shift"),
        ctrl: parts.includes("Ctrl"),
        alt: parts.includes("Alt"),
        repeat: false,
      };
      return editor.key(key);
    },
  };
}

/** A geometry whose numbers are in one list: of a box, an oriented box or a point. */
export const numbers = (one: Shape | undefined): readonly number[] => {
  if (one?.kind === "box" || one?.kind === "obb" || one?.kind === "point") return one.geometry;
  throw new Error(`${one?.kind ?? "nothing"} is no list of numbers`);
};
