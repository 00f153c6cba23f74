/** Oriented boxes: one side first, then how far the opposite one lies. */
import { imagePoint, turn } from "../geometry";
import type { ImagePoint, ObbShape } from "../types";
import { draftOf, isClick, say, type Context, type Press, type Step, type Tool } from "./tool";

export type ObbState =
  | { readonly at: "idle" }
  | { readonly at: "side"; readonly from: ImagePoint; readonly to: ImagePoint; readonly held: boolean }
  | { readonly at: "depth"; readonly from: ImagePoint; readonly to: ImagePoint; readonly p: ImagePoint };

const idle: ObbState = { at: "idle" };
const STEP_DEGREES = 15;

/** The end of a side that starts somewhere, its direction in steps of 15 degrees where it is wanted straight. */
function endOf(from: ImagePoint, press: Press): ImagePoint {
  const [dx, dy] = [press.p.x - from.x, press.p.y - from.y];
  if (!press.shift) return press.p;
  const step = (STEP_DEGREES * Math.PI) / 180;
  const angle = Math.round(Math.atan2(dy, dx) / step) * step;
  const length = Math.hypot(dx, dy);
  return imagePoint(from.x + length * Math.cos(angle), from.y + length * Math.sin(angle));
}

/** The box on a side that reaches as far as a third point; null when it has no area. */
export function obbOn(from: ImagePoint, to: ImagePoint, p: ImagePoint): ObbShape | null {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const width = Math.hypot(dx, dy);
  if (!width) return null;
  const [nx, ny] = [-dy / width, dx / width];
  const depth = (p.x - from.x) * nx + (p.y - from.y) * ny;
  if (!depth) return null;
  const centre = [(from.x + to.x + depth * nx) / 2, (from.y + to.y + depth * ny) / 2] as const;
  const degrees = turn((Math.atan2(dy, dx) * 180) / Math.PI);
  return { kind: "obb", geometry: [...centre, width, Math.abs(depth), degrees] };
}

function sideEnded(state: Extract<ObbState, { at: "side" }>, press: Press, context: Context): Step<ObbState> {
  const to = endOf(state.from, press);
  if (isClick(state.from, to, context.zoom)) {
    return [{ ...state, to, held: false }, state.held ? [say("First corner set; press for the end of that side")] : []];
  }
  return [{ at: "depth", from: state.from, to, p: to }, [say("Side set; press for how deep it is")]];
}

function finish(state: Extract<ObbState, { at: "depth" }>, p: ImagePoint, context: Context): Step<ObbState> {
  const shape = obbOn(state.from, state.to, p);
  if (!shape || shape.geometry[3] * context.zoom < 1) return [{ ...state, p }, []];
  const object = context.make(shape);
  return [idle, [{ do: "commit", label: "Draw an oriented box", put: [object], select: [object.uid] }]];
}

function pressed(state: ObbState, press: Press, context: Context): Step<ObbState> {
  switch (state.at) {
    case "idle":
      return press.kind === "down" ? [{ at: "side", from: press.p, to: press.p, held: true }, []] : [state, []];
    case "side":
      if (press.kind === "up") return sideEnded(state, press, context);
      return [{ ...state, to: endOf(state.from, press), held: state.held || press.kind === "down" }, []];
    case "depth":
      return press.kind === "up" ? finish(state, press.p, context) : [{ ...state, p: press.p }, []];
  }
}

export const obbTool: Tool<ObbState> = {
  start: idle,
  step(state, input, context) {
    switch (input.kind) {
      case "cancel":
        return [idle, []];
      case "back":
        return [state.at === "depth" ? { at: "side", from: state.from, to: state.p, held: false } : idle, []];
      case "finish":
        return state.at === "depth" ? finish(state, state.p, context) : [state, []];
      case "skip":
        return [state, []];
      default:
        return pressed(state, { ...input, p: context.snap(input.p) }, context);
    }
  },
  draft(state) {
    if (state.at === "idle") return draftOf({});
    const line = [state.from.x, state.from.y, state.to.x, state.to.y];
    const shape = state.at === "depth" ? obbOn(state.from, state.to, state.p) : null;
    return draftOf(shape ? { shapes: [{ shape, classId: null }] } : { line, dots: line });
  },
  progress: (state) => (state.at === "idle" ? null : { what: "oriented box", points: state.at === "side" ? 1 : 2 }),
};
