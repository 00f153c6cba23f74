import type { Filter, Region, Review, Split, Status } from "@/api/types";

export type Measure = "margin" | "entropy" | "confidence";
export type Method = "lof" | "forest" | "knn";

/** What a queue can be told besides the filter; null leaves it to the server. */
export interface Options {
  /** Probabilities from and to, 0 to 1. */
  readonly band: readonly [number, number] | null;
  /** The class that the band is of; null: whichever is likeliest. */
  readonly class_id: number | null;
  readonly measure: Measure | null;
  readonly method: Method | null;
  /** Name of a model or an encoder. */
  readonly against: string | null;
  /** Pictures that others are compared with. */
  readonly images: readonly number[];
  /** What is looked for in words. */
  readonly text: string;
  /** Id of a training; empty: the newest. */
  readonly run: string;
  /** Id of an evaluation of predicted objects; empty: the newest. */
  readonly evaluation: string;
  /** Which of its errors, as in `wrong_class:3:7`; empty: all. */
  readonly error: string;
}

/** What the page shows: lives in the address, so that it can be kept and sent. */
export interface Asked {
  readonly queue: string;
  readonly filter: Filter;
  readonly seed: number | null;
  readonly options: Options;
}

export const SPLITS: readonly Split[] = ["train", "val", "test"];
export const STATUSES: readonly Status[] = ["unlabelled", "labelled", "unsure", "skipped", "conflict"];
export const REVIEWS: readonly Review[] = ["todo", "in_progress", "done", "reviewed", "rejected"];
export const CHECKS = ["tiny", "huge", "outside", "duplicate", "overlap"] as const;
export type CheckKind = (typeof CHECKS)[number];
export const MEASURES: readonly Measure[] = ["margin", "entropy", "confidence"];
/** The first is the server's own choice. */
export const METHODS: readonly Method[] = ["knn", "lof", "forest"];
/** What a queue takes when no band is chosen, as the server does. */
export const BANDS: Readonly<Record<string, readonly [number, number]>> = {
  band: [0.3, 0.8],
  certain: [0.9, 1],
  "near-duplicates": [0.97, 1],
};

export const noFilter: Filter = {
  class_ids: [],
  tag_ids: [],
  predicted_ids: [],
  splits: [],
  statuses: [],
  text: "",
  region: null,
  finding: "",
  slice: "",
  reviews: [],
  objects: "",
  object_ids: [],
  check: "",
};
export const noOptions: Options = {
  band: null,
  class_id: null,
  measure: null,
  method: null,
  against: null,
  images: [],
  text: "",
  run: "",
  evaluation: "",
  error: "",
};
export const everything: Asked = { queue: "all", filter: noFilter, seed: null, options: noOptions };

const list = (text: string | null): string[] => (text ? text.split(",").filter(Boolean) : []);
const ids = (text: string | null): number[] => list(text).map(Number).filter(Number.isInteger);
const oneOf = <T extends string>(known: readonly T[], text: string | null): T | null =>
  known.find((one) => one === text) ?? null;
const short = (value: number): string => String(Number(value.toFixed(4)));

function readBand(text: string | null): [number, number] | null {
  const match = /^(0?\.\d+|[01](?:\.0*)?)-(0?\.\d+|[01](?:\.0*)?)$/.exec(text ?? "");
  if (!match) return null;
  const [low, high] = [Number(match[1]), Number(match[2])];
  return low <= high ? [low, high] : null;
}

/** `umap@7` is a cluster of a map (`umap@-1` its outliers), `umap:1.5,2;3,4;5,6` the corners of a lasso on it. */
export function readRegion(text: string | null): Region | null {
  const match = /^([a-z]+)([@:])(.+)$/.exec(text ?? "");
  const [, method = "", kind, rest = ""] = match ?? [];
  if (kind === "@") return /^(\d+|-1)$/.test(rest) ? { method, cluster: Number(rest) } : null;
  const corners = rest.split(";").map((pair) => pair.split(",").map(Number));
  const polygon = corners.flatMap(([x, y, ...more]) =>
    x !== undefined && y !== undefined && more.length === 0 && Number.isFinite(x) && Number.isFinite(y)
      ? [[x, y] satisfies [number, number]]
      : [],
  );
  return kind === ":" && polygon.length === corners.length && polygon.length > 2 ? { method, polygon } : null;
}

export function writeRegion(region: Region | null): string {
  if (region === null) return "";
  if (region.polygon) {
    const corners = region.polygon.map((corner) =>
      corner.map((value) => String(Number(value.toPrecision(7)))).join(","),
    );
    return `${region.method}:${corners.join(";")}`;
  }
  return `${region.method}@${region.cluster ?? 0}`;
}

function readOptions(search: URLSearchParams): Options {
  const [class_id = null] = ids(search.get("of"));
  return {
    band: readBand(search.get("band")),
    class_id,
    measure: oneOf(MEASURES, search.get("measure")),
    method: oneOf(METHODS, search.get("method")),
    against: search.get("against") || null,
    images: ids(search.get("like")),
    text: search.get("find") ?? "",
    run: search.get("run") ?? "",
    evaluation: search.get("evaluation") ?? "",
    error: search.get("error") ?? "",
  };
}

export function fromAddress(search: URLSearchParams): Asked {
  const seed = Number(search.get("seed"));
  return {
    queue: search.get("queue") ?? "all",
    filter: {
      class_ids: ids(search.get("class")),
      tag_ids: ids(search.get("tag")),
      predicted_ids: ids(search.get("predicted")),
      splits: SPLITS.filter((split) => list(search.get("split")).includes(split)),
      statuses: STATUSES.filter((status) => list(search.get("status")).includes(status)),
      text: search.get("text") ?? "",
      region: readRegion(search.get("region")),
      finding: search.get("finding") ?? "",
      slice: search.get("slice") ?? "",
      reviews: REVIEWS.filter((review) => list(search.get("review")).includes(review)),
      objects: oneOf(["none", "some"] as const, search.get("objects")) ?? "",
      object_ids: ids(search.get("object")),
      check: oneOf(["any", ...CHECKS] as const, search.get("check")) ?? "",
    },
    seed: search.has("seed") && Number.isInteger(seed) ? seed : null,
    options: readOptions(search),
  };
}

export function toAddress({ queue, filter, seed, options }: Asked): URLSearchParams {
  const search = new URLSearchParams();
  const put = (key: string, value: string) => value !== "" && search.set(key, value);
  put("queue", queue === "all" ? "" : queue);
  put("class", filter.class_ids.join(","));
  put("tag", filter.tag_ids.join(","));
  put("predicted", filter.predicted_ids.join(","));
  put("split", filter.splits.join(","));
  put("status", filter.statuses.join(","));
  put("text", filter.text.trim());
  put("region", writeRegion(filter.region));
  put("finding", filter.finding);
  put("slice", filter.slice);
  put("review", filter.reviews.join(","));
  put("objects", filter.objects);
  put("object", filter.object_ids.join(","));
  put("check", filter.check);
  put("band", options.band === null ? "" : options.band.map(short).join("-"));
  put("of", options.class_id === null ? "" : String(options.class_id));
  put("measure", options.measure ?? "");
  put("method", options.method ?? "");
  put("against", options.against ?? "");
  put("like", options.images.join(","));
  put("find", options.text.trim());
  put("run", options.run);
  put("evaluation", options.evaluation);
  put("error", options.error);
  if (seed !== null) put("seed", String(seed));
  return search;
}

export const filters = (filter: Filter): number =>
  filter.class_ids.length +
  filter.tag_ids.length +
  filter.predicted_ids.length +
  filter.splits.length +
  filter.statuses.length +
  (filter.text.trim() === "" ? 0 : 1) +
  (filter.region === null ? 0 : 1) +
  (filter.finding === "" ? 0 : 1) +
  (filter.slice === "" ? 0 : 1) +
  filter.reviews.length +
  filter.object_ids.length +
  (filter.objects === "" ? 0 : 1) +
  (filter.check === "" ? 0 : 1);

/** Another queue over the same filter; what was told to the last one does not hold for it. */
export const inQueue = (asked: Asked, queue: string, options: Partial<Options> = {}): Asked => ({
  ...asked,
  queue,
  seed: null,
  options: { ...noOptions, ...options },
});

/** In or out of a list, kept in order of arrival. */
export const toggled = <T>(items: readonly T[], item: T): T[] =>
  items.includes(item) ? items.filter((other) => other !== item) : [...items, item];

/** `RUN/SPLIT/KIND/NAME` as a person reads it. */
export function sliceName(ref: string): string {
  const [, , kind = "", ...name] = ref.split("/");
  return `${kind}: ${name.join("/")}`;
}
