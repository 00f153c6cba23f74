/** Single points, and the points of a skeleton one after the other. */
import type { ImagePoint, KeypointsShape, Skeleton } from "../types";
import { draftOf, inside, say, type Context, type Press, type Step, type Tool } from "./tool";

export const pointTool: Tool<null> = {
  start: null,
  step(_, input, context) {
    if (input.kind !== "down") return [null, []];
    const p = inside(context.snap(input.p), context.size);
    const object = context.make({ kind: "point", geometry: [p.x, p.y] });
    return [null, [{ do: "commit", label: "Set a point", put: [object], select: [object.uid] }]];
  },
  draft: () => draftOf({}),
  progress: () => null,
};

type Keypoint = KeypointsShape["geometry"][number];
export interface KeypointsState {
  readonly points: readonly Keypoint[];
  readonly next: ImagePoint | null;
}
const none: KeypointsState = { points: [], next: null };

const nameAt = (skeleton: Skeleton | null, at: number) => skeleton?.names[at] ?? `point ${at + 1}`;

/** One more point; the last one of the skeleton finishes it. */
function added(state: KeypointsState, point: Keypoint, context: Context): Step<KeypointsState> {
  const points = [...state.points, point];
  const wanted = context.skeleton?.names.length ?? Infinity;
  if (points.length >= wanted) return finish({ ...state, points }, context);
  return [{ ...state, points }, [say(`Next: ${nameAt(context.skeleton, points.length)}`)]];
}

/** What has not been set is not given. */
function finish(state: KeypointsState, context: Context): Step<KeypointsState> {
  if (!state.points.some(([, , seen]) => seen)) return [none, [say("No point is set")]];
  const wanted = context.skeleton?.names.length ?? state.points.length;
  const rest = Array.from({ length: Math.max(0, wanted - state.points.length) }, (): Keypoint => [0, 0, 0]);
  const object = context.make({ kind: "keypoints", geometry: [...state.points, ...rest] });
  return [none, [{ do: "commit", label: "Set keypoints", put: [object], select: [object.uid] }]];
}

function pressed(state: KeypointsState, press: Press, context: Context): Step<KeypointsState> {
  const p = inside(context.snap(press.p), context.size);
  if (press.kind !== "down") return [{ ...state, next: p }, []];
  return added({ ...state, next: p }, [p.x, p.y, press.shift ? 1 : 2], context);
}

/** A press sets the next point, with Shift a hidden one; skip leaves one out; Enter leaves out the rest. */
export const keypointsTool: Tool<KeypointsState> = {
  start: none,
  step(state, input, context) {
    switch (input.kind) {
      case "cancel":
        return [none, []];
      case "back":
        return [{ ...state, points: state.points.slice(0, -1) }, []];
      case "finish":
        return finish(state, context);
      case "skip":
        return added(state, [0, 0, 0], context);
      default:
        return pressed(state, input, context);
    }
  },
  draft(state, context) {
    const next: Keypoint[] = state.next && state.points.length ? [[state.next.x, state.next.y, 2]] : [];
    const geometry = [...state.points, ...next];
    if (!state.points.length) return draftOf({});
    const names = nameAt(context.skeleton, state.points.length);
    return draftOf({ shapes: [{ shape: { kind: "keypoints", geometry }, classId: null }], note: names });
  },
  progress: (state) => (state.points.length ? { what: "keypoints", points: state.points.length } : null),
};
