import type { LabelledImage } from "@/api/types";
import { isInside, type Polygon } from "@/plot/polygon";

type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Points of a map as the server sends them, in columns of `count` numbers. */
export interface Points {
  readonly key: string;
  readonly count: number;
  /** Pictures on the map; more than `count` when this is a sample. */
  readonly total: number;
  readonly statuses: readonly string[];
  readonly splits: readonly string[];
  readonly ordinal: Uint32Array;
  readonly imageId: Float64Array;
  /** In the plane: -1 to 1. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** -1: none. */
  readonly classId: Int32Array;
  readonly predicted: Int32Array;
  readonly probability: Float32Array;
  readonly uncertainty: Float32Array;
  readonly split: Uint8Array;
  readonly status: Uint8Array;
  readonly cluster: Int32Array;
  readonly indexOf: ReadonlyMap<number, number>;
}

interface Header {
  readonly key: string;
  readonly count: number;
  readonly total: number;
  readonly statuses: readonly string[];
  readonly splits: readonly string[];
  readonly fields: readonly { readonly name: string; readonly dtype: string; readonly offset: number }[];
}

/** The square of the map's coordinates that the plane shows: x0, y0, x1, y1. */
export type Bounds = readonly [number, number, number, number];

const KINDS: Readonly<Record<string, (buffer: ArrayBuffer, at: number, count: number) => Numbers>> = {
  "<f4": (buffer, at, count) => new Float32Array(buffer, at, count),
  "<f8": (buffer, at, count) => new Float64Array(buffer, at, count),
  "<i4": (buffer, at, count) => new Int32Array(buffer, at, count),
  "<u4": (buffer, at, count) => new Uint32Array(buffer, at, count),
  "|u1": (buffer, at, count) => new Uint8Array(buffer, at, count),
};

/** Reads the answer of `map/points`: a length, a JSON header, columns. */
export function decode(buffer: ArrayBuffer, bounds: Bounds): Points {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Header;
  const column = (name: string): Numbers => {
    const field = header.fields.find((one) => one.name === name);
    const read = field && KINDS[field.dtype];
    if (!read) throw new Error(`the map's points have no column ${name}`);
    return read(buffer, 4 + length + field.offset, header.count);
  };
  const half = (bounds[2] - bounds[0]) / 2;
  const scaled = (name: string, centre: number) =>
    (column(name) as Float32Array).map((value) => (value - centre) / half);
  const imageId = column("image_id") as Float64Array;
  return {
    ...header,
    ordinal: column("ordinal") as Uint32Array,
    imageId,
    x: scaled("x", (bounds[0] + bounds[2]) / 2),
    y: scaled("y", (bounds[1] + bounds[3]) / 2),
    classId: column("class_id") as Int32Array,
    predicted: column("predicted") as Int32Array,
    probability: column("probability") as Float32Array,
    uncertainty: column("uncertainty") as Float32Array,
    split: column("split") as Uint8Array,
    status: column("status") as Uint8Array,
    cluster: column("cluster") as Int32Array,
    indexOf: new Map(Array.from(imageId, (id, i) => [id, i] as const)),
  };
}

/** The plane's coordinates as the map's, for the server. */
export function toMap(bounds: Bounds, [x, y]: readonly [number, number]): [number, number] {
  const half = (bounds[2] - bounds[0]) / 2;
  const short = (value: number) => Number(value.toPrecision(7));
  return [short((bounds[0] + bounds[2]) / 2 + x * half), short((bounds[1] + bounds[3]) / 2 + y * half)];
}

/** The map's coordinates as the plane's. */
export function toUnit(bounds: Bounds, x: number, y: number): readonly [number, number] {
  const half = (bounds[2] - bounds[0]) / 2;
  return [(x - (bounds[0] + bounds[2]) / 2) / half, (y - (bounds[1] + bounds[3]) / 2) / half];
}

export type Said = Pick<LabelledImage, "id" | "status" | "class_id">;

/** The same points with what was said of some pictures; the very same when that changes nothing. */
export function relabelled(points: Points, said: Iterable<Said>): Points {
  let classId: Int32Array | null = null;
  let status: Uint8Array | null = null;
  for (const one of said) {
    const at = points.indexOf.get(one.id);
    if (at === undefined) continue;
    const next = [one.class_id ?? -1, Math.max(0, points.statuses.indexOf(one.status))] as const;
    if ((classId ?? points.classId)[at] === next[0] && (status ?? points.status)[at] === next[1]) continue;
    classId ??= points.classId.slice();
    status ??= points.status.slice();
    [classId[at], status[at]] = next;
  }
  return classId && status ? { ...points, classId, status } : points;
}

/** The old points with the labels of a new answer: predictions wait until they are asked for. */
export function withLabelsOf(old: Points, fresh: Points): Points {
  const same =
    old.key === fresh.key && old.count === fresh.count && old.ordinal.every((o, i) => o === fresh.ordinal[i]);
  return same ? { ...old, classId: fresh.classId, status: fresh.status, split: fresh.split } : fresh;
}

const every = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const inPolygon = (points: Points, polygon: Polygon): number[] =>
  every(points.count).filter((i) => isInside(polygon, points.x[i] ?? 0, points.y[i] ?? 0));

export const inCluster = (points: Points, cluster: number): number[] =>
  every(points.count).filter((i) => points.cluster[i] === cluster);
