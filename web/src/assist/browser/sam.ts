/**
 * What a decoder of the SAM family is fed, and what its masks mean in the picture; pure.
 *
 * It answers as the server does (imaging/promptable.py, imaging/frame.py), so that it makes no difference to the hand
 * which of them was asked.
 */
import type { DecoderInfo } from "@/api/types";
import type { Raster } from "@/editor/raster";
import type { Box } from "@/editor/types";
import type { NamedArray } from "./arrays";

export interface Prompt {
  readonly points: readonly (readonly [number, number, number])[];
  readonly box: readonly number[] | null;
  /** Logits of the answer that is refined. */
  readonly previous: Float32Array | null;
  readonly several: boolean;
}

/** One answer of the decoder. */
export interface Found {
  readonly mask: Raster;
  readonly box: Box;
  readonly score: number;
  readonly logits: Float32Array;
}

/** Where a picture lies in the square that the encoder took. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly wide: number;
  readonly high: number;
  readonly side: number;
}

const [ON, BESIDE, CORNER, OTHER_CORNER, NONE] = [1, 0, 2, 3, -1];
const MOST = 3;
/** Masks of a decoder that gives both: the first is for prompts that leave no doubt. */
const TOKENS = 4;

export function frameOf(width: number, height: number, { side, stretched }: DecoderInfo): Frame {
  if (stretched) return { width, height, wide: side, high: side, side };
  const scale = side / Math.max(width, height);
  const long = (length: number) => Math.max(1, Math.floor(length * scale + 0.5));
  return { width, height, wide: long(width), high: long(height), side };
}

type Numbers = Float32Array | BigInt64Array | Int32Array;

function typed(values: ArrayLike<number>, type: string | undefined): Numbers {
  if (type === "int64") return BigInt64Array.from(Array.from(values, (one) => BigInt(Math.round(one))));
  if (type === "int32") return Int32Array.from(values);
  return Float32Array.from(values);
}

/** The decoder's inputs. */
export function feedsOf(
  plan: DecoderInfo,
  encoding: ReadonlyMap<string, NamedArray>,
  frame: Frame,
  prompt: Prompt,
): Map<string, NamedArray> {
  const feeds = new Map<string, NamedArray>();
  for (const [input, name] of Object.entries(plan.fed)) {
    const array = encoding.get(name);
    if (!array) throw new Error(`the encoding has no ${name}`);
    feeds.set(input, array);
  }
  const [sx, sy] = [frame.wide / frame.width, frame.high / frame.height];
  const place = (x: number, y: number) => [x * sx - 0.5, y * sy - 0.5];
  const coords = prompt.points.flatMap(([x, y]) => place(x, y));
  const labels = prompt.points.map(([, , on]) => (on > 0 ? ON : BESIDE));
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = prompt.box ?? [];
  const corners = prompt.box ? [...place(x1, y1), ...place(x2, y2)] : [];
  if (prompt.box && !plan.nested) {
    coords.push(...corners);
    labels.push(CORNER, OTHER_CORNER);
  } else if (plan.pads) {
    coords.push(0, 0);
    labels.push(NONE);
  }
  const [rows = 0, columns = 0] = plan.low;
  const cells = rows * columns;
  const fits = prompt.previous?.length === cells;
  const put = (name: string, dims: readonly number[], values: ArrayLike<number>) => {
    if (name) feeds.set(name, { dims, data: typed(values, plan.inputs[name]) });
  };
  const list = plan.nested ? [1, 1] : [1];
  put(plan.points, [...list, labels.length, 2], coords);
  put(plan.labels, [...list, labels.length], labels);
  put(plan.boxes, [1, corners.length / 4, 4], corners);
  put(plan.earlier, [1, 1, rows, columns], (fits ? prompt.previous : null) ?? new Float32Array(cells));
  put(plan.has_earlier, [1], [fits ? 1 : 0]);
  put(plan.size, [2], [frame.side, frame.side]);
  return feeds;
}

/** Whether a decoder takes a box; one that does not is asked by the server, which has a way round it. */
export const knowsBoxes = ({ boxes, nested }: DecoderInfo): boolean => boxes !== "" || !nested;

/** Which masks are candidates, the best first. */
export function ranked(scores: readonly number[], prompt: Prompt): number[] {
  let order = scores.map((_, at) => at).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  if (order.length === TOKENS) {
    const several = order.filter((at) => at > 0);
    const doubtful = !prompt.box && !prompt.previous && prompt.points.length === 1;
    order = doubtful && prompt.several ? several : [0, ...several];
  }
  return order.slice(0, prompt.several ? MOST : 1);
}

/** The smallest rectangle of cells about those above a level; null when there is none. */
function extent(logits: Float32Array, columns: number, level: number): Box | null {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -1, -1];
  for (let at = 0; at < logits.length; at++) {
    if (!((logits[at] ?? 0) > level)) continue;
    const [x, y] = [at % columns, Math.floor(at / columns)];
    x1 = Math.min(x1, x);
    x2 = Math.max(x2, x);
    y1 = Math.min(y1, y);
    y2 = y;
  }
  return x2 < 0 ? null : [x1, y1, x2, y2];
}

/** Where along an axis of the picture each pixel lies between the cells of the mask. */
function steps(from: number, to: number, scale: number, cells: number): { cell: Int32Array; share: Float32Array } {
  const cell = new Int32Array(to - from);
  const share = new Float32Array(to - from);
  for (let at = from; at < to; at++) {
    const place = Math.min(cells - 1, Math.max(0, scale * (at + 0.5) - 0.5));
    const low = Math.min(Math.max(0, cells - 2), Math.floor(place));
    cell[at - from] = low;
    share[at - from] = place - low;
  }
  return { cell, share };
}

/** The pixels of the picture above a level, interpolated between the cells; null when there are none. */
export function maskOf(
  logits: Float32Array,
  [rows, columns]: readonly [number, number],
  frame: Frame,
  level = 0,
): { mask: Raster; box: Box } | null {
  const found = extent(logits, columns, level);
  if (!found) return null;
  const sx = ((frame.wide / frame.width) * columns) / frame.side;
  const sy = ((frame.high / frame.height) * rows) / frame.side;
  const x1 = Math.max(0, Math.trunc((found[0] - 1) / sx));
  const y1 = Math.max(0, Math.trunc((found[1] - 1) / sy));
  const x2 = Math.min(frame.width, Math.trunc((found[2] + 2) / sx) + 1);
  const y2 = Math.min(frame.height, Math.trunc((found[3] + 2) / sy) + 1);
  if (x1 >= x2 || y1 >= y2) return null;
  const [across, down] = [steps(x1, x2, sx, columns), steps(y1, y2, sy, rows)];
  const [right, below] = [columns > 1 ? 1 : 0, rows > 1 ? columns : 0];
  const data = new Uint8Array((x2 - x1) * (y2 - y1));
  let [left, top, far, bottom] = [Infinity, Infinity, -1, -1];
  let at = 0;
  for (let y = 0; y < y2 - y1; y++) {
    const row = (down.cell[y] ?? 0) * columns;
    const v = down.share[y] ?? 0;
    for (let x = 0; x < x2 - x1; x++, at++) {
      const cell = row + (across.cell[x] ?? 0);
      const u = across.share[x] ?? 0;
      const upper = (logits[cell] ?? 0) * (1 - u) + (logits[cell + right] ?? 0) * u;
      const lower = (logits[cell + below] ?? 0) * (1 - u) + (logits[cell + below + right] ?? 0) * u;
      if (!(upper * (1 - v) + lower * v > level)) continue;
      data[at] = 1;
      if (x < left) left = x;
      if (x > far) far = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (far < 0) return null;
  return {
    mask: { x: x1, y: y1, width: x2 - x1, height: y2 - y1, data },
    box: [x1 + left, y1 + top, x1 + far + 1, y1 + bottom + 1],
  };
}

/** A mask although the decoder is sure of none: what is no fainter than the prompt. */
function faint(logits: Float32Array, low: readonly [number, number], frame: Frame, prompt: Prompt) {
  const [rows, columns] = low;
  const [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0] = prompt.box ?? [];
  const [x = 0, y = 0] = prompt.box ? [(bx1 + bx2) / 2, (by1 + by2) / 2] : (prompt.points.find(([, , on]) => on) ?? []);
  const cellOf = (place: number, whole: number, inside: number, cells: number) =>
    Math.min(cells - 1, Math.max(0, Math.trunc((place * inside * cells) / (whole * frame.side))));
  const column = cellOf(x, frame.width, frame.wide, columns);
  const row = cellOf(y, frame.height, frame.high, rows);
  const there = logits[row * columns + column] ?? 0;
  const found = maskOf(logits, low, frame, there - Math.abs(there) * 1e-7 - 1e-30);
  const px = Math.min(frame.width - 1, Math.trunc(x));
  const py = Math.min(frame.height - 1, Math.trunc(y));
  const one: Raster = { x: px, y: py, width: 1, height: 1, data: new Uint8Array([1]) };
  return found ?? { mask: one, box: [px, py, px + 1, py + 1] as Box };
}

/** What masks (1, K, h, w) mean, the best first. */
export function candidatesOf(
  masks: NamedArray,
  given: readonly number[] | null,
  frame: Frame,
  prompt: Prompt,
): Found[] {
  const [rows = 1, columns = 1] = masks.dims.slice(-2);
  const cells = rows * columns;
  const data = masks.data as Float32Array;
  const count = data.length / cells;
  // Without guesses the order says it.
  const plain = Array.from({ length: count }, (_, at) => (count > 1 ? 1 - (0.5 * at) / (count - 1) : 1));
  const scores = given?.length === count ? given : plain;
  return ranked(scores, prompt).map((at) => {
    const logits = data.slice(at * cells, (at + 1) * cells);
    const found = maskOf(logits, [rows, columns], frame);
    const shown = found ?? faint(logits, [rows, columns], frame, prompt);
    const score = found ? Math.min(1, Math.max(0, scores[at] ?? 0)) : 0;
    return { ...shown, score: Number.isFinite(score) ? score : 0, logits };
  });
}
