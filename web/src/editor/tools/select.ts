/** Selecting, moving, and changing by handles. */
import { boundsOfAll, boxOf, middle } from "../geometry";
import { cursorOf, dragged, handleAt, handlesOf, resized, withoutVertex, type Handle } from "../handles";
import { isWithin } from "../hit";
import { held, moved, scaled } from "../transform";
import type { EditorObject, ImagePoint, KeypointsShape } from "../types";
import {
  draftOf,
  inside,
  isClick,
  REACH_PX,
  say,
  type Context,
  type Effect,
  type Press,
  type Step,
  type Tool,
} from "./tool";

export type SelectState =
  | { readonly at: "idle"; readonly over: string }
  /** Down on an object, or on nothing; it is not known yet what will come of it. */
  | { readonly at: "pressed"; readonly from: Press; readonly uid: string | null }
  | { readonly at: "marquee"; readonly from: ImagePoint; readonly to: Press }
  | { readonly at: "moving"; readonly from: ImagePoint; readonly to: Press; readonly objects: readonly EditorObject[] }
  | {
      readonly at: "handle";
      readonly id: string;
      /** The handle's place less the pointer's. */
      readonly off: readonly [number, number];
      readonly to: Press;
      readonly from: ImagePoint;
      readonly objects: readonly EditorObject[];
    };

const idle: SelectState = { at: "idle", over: "default" };
const free = (objects: readonly EditorObject[]) => objects.filter((object) => !object.locked && !object.hidden);
const uidsOf = (objects: readonly EditorObject[]) => objects.map((object) => object.uid);

function down(press: Press, context: Context): Step<SelectState> {
  const handle = handleAt(handlesOf(context.selection, context.zoom), press.p, REACH_PX / context.zoom);
  if (handle) return downOnHandle(handle, press, context);
  const found = context.at(press.p, REACH_PX / context.zoom);
  const top = press.alt ? below(found, context.selection) : found[0];
  if (press.shift || press.ctrl) return [{ at: "pressed", from: press, uid: top?.uid ?? null }, []];
  if (!top) return [{ at: "pressed", from: press, uid: null }, []];
  const selected = context.selection.some((object) => object.uid === top.uid);
  return [{ at: "pressed", from: press, uid: top.uid }, selected ? [] : [{ do: "select", uids: [top.uid] }]];
}

/** The object under the one that is selected, around to the top one again. */
function below(found: readonly EditorObject[], selection: readonly EditorObject[]): EditorObject | undefined {
  const at = found.findIndex((object) => selection.some((one) => one.uid === object.uid));
  return found[(at + 1) % Math.max(1, found.length)];
}

function downOnHandle(handle: Handle, press: Press, context: Context): Step<SelectState> {
  const objects = free(context.selection);
  const [only] = objects;
  if (only && objects.length === 1 && (press.clicks === 2 || press.alt)) {
    const effect = pressedTwice(only, handle.id);
    if (effect) return [idle, [effect]];
  }
  const off = [handle.x - press.p.x, handle.y - press.p.y] as const;
  return [{ at: "handle", id: handle.id, off, from: press.p, to: press, objects }, []];
}

/** What a double press on a handle asks for: a vertex goes, a keypoint is hidden or seen. */
function pressedTwice(object: EditorObject, id: string): Effect | null {
  if (object.kind === "polygon" && id.startsWith("v:")) {
    const shape = withoutVertex(object, id);
    return shape ? commit("Remove a vertex", [{ ...object, ...shape }]) : say("A polygon keeps three points");
  }
  if (object.kind === "keypoints") {
    return commit("Change a keypoint", [{ ...object, ...toggled(object, Number(id.split(":")[1])) }]);
  }
  return null;
}

/** A keypoint that was seen is hidden, and the other way round. */
export const toggled = (shape: KeypointsShape, at: number): KeypointsShape => ({
  kind: "keypoints",
  geometry: shape.geometry.map(([x, y, seen], i) => (i === at ? [x, y, seen === 2 ? 1 : 2] : [x, y, seen])),
});

const commit = (label: string, put: readonly EditorObject[]): Effect => ({ do: "commit", label, put });

/** Whether the press has wandered far enough to be a drag, and what it drags. */
function dragging(state: Extract<SelectState, { at: "pressed" }>, press: Press, context: Context): SelectState {
  if (isClick(state.from.p, press.p, context.zoom)) return state;
  const objects = free(context.selection);
  const isMove = state.uid !== null && !state.from.shift && !state.from.ctrl && objects.length > 0;
  return isMove
    ? { at: "moving", from: state.from.p, to: press, objects }
    : { at: "marquee", from: state.from.p, to: press };
}

function clicked(state: Extract<SelectState, { at: "pressed" }>, context: Context): Step<SelectState> {
  const { uid, from } = state;
  const now = uidsOf(context.selection);
  if (from.shift || from.ctrl) {
    if (uid === null) return [idle, []];
    const uids = now.includes(uid) ? now.filter((one) => one !== uid) : [...now, uid];
    return [idle, [{ do: "select", uids }]];
  }
  return [idle, uid === null || now.length > 1 ? [{ do: "select", uids: uid === null ? [] : [uid] }] : []];
}

/** How far the objects go: held in the picture, snapped by their common box, straight with Shift. */
function way(state: Extract<SelectState, { at: "moving" }>, context: Context): readonly [number, number] {
  const box = boundsOfAll(state.objects);
  let [dx, dy] = [state.to.p.x - state.from.x, state.to.p.y - state.from.y];
  if (state.to.shift) [dx, dy] = Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
  [dx, dy] = snapped(box, dx, dy, state, context);
  return held(box, dx, dy, context.size);
}

function snapped(
  box: readonly [number, number, number, number],
  dx: number,
  dy: number,
  state: Extract<SelectState, { at: "moving" }>,
  context: Context,
): readonly [number, number] {
  if (state.to.alt || !context.settings.snap) return [dx, dy];
  const corner = middle(boxOf(box[0] + dx, box[1] + dy, box[0] + dx, box[1] + dy));
  const opposite = middle(boxOf(box[2] + dx, box[3] + dy, box[2] + dx, box[3] + dy));
  const except = uidsOf(state.objects);
  const [a, b] = [context.snap(corner, except), context.snap(opposite, except)];
  const least = (one: number, other: number) =>
    one === 0 ? other : other === 0 ? one : Math.abs(one) <= Math.abs(other) ? one : other;
  return [dx + least(a.x - corner.x, b.x - opposite.x), dy + least(a.y - corner.y, b.y - opposite.y)];
}

function movedCommit(state: Extract<SelectState, { at: "moving" }>, context: Context): Step<SelectState> {
  const [dx, dy] = way(state, context);
  if (dx === 0 && dy === 0) return [idle, []];
  return [
    idle,
    [
      commit(
        "Move",
        state.objects.map((object) => ({ ...object, ...moved(object, dx, dy) })),
      ),
    ],
  ];
}

/** The objects as the handle has made them so far. */
function byHandle(state: Extract<SelectState, { at: "handle" }>, context: Context): EditorObject[] {
  const { objects, id, to, off } = state;
  const wish = { ...to.p, x: to.p.x + off[0], y: to.p.y + off[1] };
  const free = to.ctrl || id === "turn" ? wish : context.snap(wish, uidsOf(objects));
  const p = id === "turn" ? free : inside(free, context.size);
  const [only] = objects;
  if (only && objects.length === 1) return [{ ...only, ...(dragged(only, id, p, to) ?? {}) }];
  const from = boundsOfAll(objects);
  const into = resized(from, id, p, to);
  return objects.map((object) => ({ ...object, ...scaled(object, from, into) }));
}

const SHAPED: Readonly<Record<string, string>> = {
  turn: "Turn",
  m: "Add a vertex",
  v: "Move a vertex",
  k: "Move a keypoint",
};

function handleCommit(state: Extract<SelectState, { at: "handle" }>, context: Context): Step<SelectState> {
  if (isClick(state.from, state.to.p, context.zoom)) return [idle, []];
  const label = SHAPED[state.id.split(":")[0] ?? ""] ?? "Resize";
  return [idle, [commit(label, byHandle(state, context))]];
}

function marqueeEnd(state: Extract<SelectState, { at: "marquee" }>, context: Context): Step<SelectState> {
  const box = boxOf(state.from.x, state.from.y, state.to.p.x, state.to.p.y);
  const caught = free(context.within(box)).filter((object) => isWithin(object, box));
  const before = state.to.shift || state.to.ctrl ? uidsOf(context.selection) : [];
  return [idle, [{ do: "select", uids: [...new Set([...before, ...uidsOf(caught)])] }]];
}

function hovered(press: Press, context: Context): SelectState {
  const handle = handleAt(handlesOf(context.selection, context.zoom), press.p, REACH_PX / context.zoom);
  if (handle) return { at: "idle", over: cursorOf(handle.id) };
  return { at: "idle", over: context.at(press.p, REACH_PX / context.zoom).length ? "pointer" : "default" };
}

function released(state: SelectState, press: Press, context: Context): Step<SelectState> {
  switch (state.at) {
    case "pressed":
      return clicked(state, context);
    case "marquee":
      return marqueeEnd({ ...state, to: press }, context);
    case "moving":
      return movedCommit({ ...state, to: press }, context);
    case "handle":
      return handleCommit({ ...state, to: press }, context);
    default:
      return [state, []];
  }
}

export const selectTool: Tool<SelectState> = {
  start: idle,
  step(state, input, context) {
    switch (input.kind) {
      case "down":
        return down(input, context);
      case "up":
        return released(state, input, context);
      case "move":
        if (state.at === "idle") return [hovered(input, context), []];
        if (state.at === "pressed") return [dragging(state, input, context), []];
        return [{ ...state, to: input }, []];
      case "cancel":
        return [idle, state.at === "idle" && context.selection.length ? [{ do: "select", uids: [] }] : []];
      default:
        return [state, []];
    }
  },
  draft(state, context) {
    switch (state.at) {
      case "moving": {
        const [dx, dy] = way(state, context);
        return draftOf({ moving: { objects: state.objects, dx, dy }, hides: uidsOf(state.objects), cursor: "move" });
      }
      case "handle": {
        const now = byHandle(state, context);
        const shapes = now.map((object) => ({ shape: object, classId: object.class_id }));
        return draftOf({ shapes, hides: uidsOf(now), cursor: cursorOf(state.id) });
      }
      case "marquee":
        return draftOf({ marquee: boxOf(state.from.x, state.from.y, state.to.p.x, state.to.p.y) });
      default:
        return draftOf({ cursor: state.at === "idle" ? state.over : "default" });
    }
  },
  progress: (state) => (state.at === "moving" || state.at === "handle" ? { what: "change", points: 0 } : null),
};
