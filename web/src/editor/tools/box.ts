/** Upright boxes: drag from corner to corner, or press both corners one after the other. */
import { boxOf } from "../geometry";
import type { Box, ImagePoint } from "../types";
import { draftOf, inside, isClick, say, type Context, type Press, type Step, type Tool } from "./tool";

export type BoxState =
  | { readonly at: "idle" }
  /** `held`: the button is down since the first corner. */
  | { readonly at: "drawing"; readonly from: ImagePoint; readonly to: Press; readonly held: boolean };

const idle: BoxState = { at: "idle" };

/** The box between two corners: a square with Shift, about its first point with Alt. */
export function boxBetween(from: ImagePoint, to: Press, context: Context): Box {
  let [dx, dy] = [to.p.x - from.x, to.p.y - from.y];
  if (to.shift) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    [dx, dy] = [Math.sign(dx || 1) * side, Math.sign(dy || 1) * side];
  }
  const start = to.alt ? { x: from.x - dx, y: from.y - dy } : from;
  const [x1, y1, x2, y2] = boxOf(start.x, start.y, from.x + dx, from.y + dy);
  const { width, height } = context.size;
  return [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
}

function finish(from: ImagePoint, to: Press, context: Context): Step<BoxState> {
  const box = boxBetween(from, to, context);
  if (!(box[2] > box[0] && box[3] > box[1])) return [idle, [say("A box without area is not kept")]];
  const object = context.make({ kind: "box", geometry: box });
  return [idle, [{ do: "commit", label: "Draw a box", put: [object], select: [object.uid] }]];
}

export const boxTool: Tool<BoxState> = {
  start: idle,
  step(state, input, context) {
    if (input.kind === "cancel" || input.kind === "back") return [idle, []];
    if (input.kind === "skip") return [state, []];
    if (input.kind === "finish") {
      return state.at === "drawing" ? finish(state.from, state.to, context) : [state, []];
    }
    const press: Press = { ...input, p: inside(context.snap(input.p), context.size) };
    if (state.at === "idle") {
      if (press.kind !== "down") return [state, []];
      return [{ at: "drawing", from: press.p, to: press, held: true }, []];
    }
    if (press.kind !== "up") return [{ ...state, to: press, held: press.kind === "down" || state.held }, []];
    if (isClick(state.from, press.p, context.zoom) && state.held) {
      return [{ ...state, to: press, held: false }, [say("First corner set; press for the opposite one")]];
    }
    return finish(state.from, press, context);
  },
  draft(state, context) {
    if (state.at === "idle") return draftOf({});
    const geometry = boxBetween(state.from, state.to, context);
    return draftOf({ shapes: [{ shape: { kind: "box", geometry }, classId: null }] });
  },
  progress: (state) => (state.at === "idle" ? null : { what: "box", points: 1 }),
};
