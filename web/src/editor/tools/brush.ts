/** A brush for masks: paints on the selected mask, or begins a new one. */
import { copied, emptyRaster, rasterOf, rleOf, stroke, widened, type Raster } from "../raster";
import { boxOf, grow } from "../geometry";
import type { Box, EditorObject, ImagePoint } from "../types";
import { draftOf, say, type Context, type Press, type Step, type Tool } from "./tool";

export type BrushState =
  | { readonly at: "idle" }
  | {
      readonly at: "painting";
      /** The mask that is changed; null: a new one. */
      readonly object: EditorObject | null;
      /** Belongs to this stroke alone, which writes into it. */
      readonly raster: Raster;
      readonly written: readonly Box[];
      readonly last: ImagePoint;
      readonly erase: boolean;
    };
type Painting = Extract<BrushState, { at: "painting" }>;

const idle: BrushState = { at: "idle" };

function begin(press: Press, context: Context): Step<BrushState> {
  const [only] = context.selection;
  const isMine = context.selection.length === 1 && only?.kind === "mask" && !press.shift;
  if (isMine && only.locked) return [idle, [say("The selected mask is locked")]];
  const { erase } = context.settings;
  if (!isMine && erase !== press.alt) return [idle, [say("Select a mask to erase from")]];
  const raster = isMine ? copied(rasterOf(only.geometry)) : emptyRaster();
  const state: Painting = {
    at: "painting",
    object: isMine ? only : null,
    raster,
    written: [],
    last: press.p,
    erase: erase !== press.alt,
  };
  return [painted(state, press, context), []];
}

function painted(state: Painting, press: Press, context: Context): Painting {
  const radius = context.settings.brush * Math.min(1, press.pressure);
  const { last, erase } = state;
  const line = [last.x, last.y, press.p.x, press.p.y] as const;
  const area = grow(boxOf(...line), radius + 1);
  const raster = erase ? state.raster : widened(state.raster, area, context.size);
  const wrote = raster.width ? [stroke(raster, line, radius, erase ? 0 : 1)] : [];
  return { ...state, raster, written: [...state.written, ...wrote], last: press.p };
}

function finish(state: Painting, context: Context): Step<BrushState> {
  const geometry = rleOf(state.raster, context.size);
  const { object, erase } = state;
  if (!geometry) {
    if (!object) return [idle, []];
    return [idle, [{ do: "commit", label: "Erase a mask", put: [], delete: [object.uid] }]];
  }
  const next = object ? { ...object, kind: "mask" as const, geometry } : context.make({ kind: "mask", geometry });
  const label = object ? (erase ? "Erase from a mask" : "Paint on a mask") : "Paint a mask";
  return [idle, [{ do: "commit", label, put: [next], select: [next.uid] }]];
}

export const brushTool: Tool<BrushState> = {
  start: idle,
  step(state, input, context) {
    if (input.kind === "cancel") return [idle, []];
    if (input.kind === "finish" || input.kind === "back" || input.kind === "skip") return [state, []];
    if (state.at === "idle") return input.kind === "down" ? begin(input, context) : [state, []];
    const next = input.kind === "down" ? state : painted(state, input, context);
    return input.kind === "up" ? finish(next, context) : [next, []];
  },
  draft(state) {
    if (state.at === "idle") return draftOf({ cursor: "none" });
    const { raster, written, object } = state;
    return draftOf({
      cursor: "none",
      pixels: { raster, written, classId: object?.class_id ?? null },
      hides: object ? [object.uid] : [],
    });
  },
  progress: (state) => (state.at === "idle" ? null : { what: "mask", points: 0 }),
};
