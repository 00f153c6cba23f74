import type { Filter, Split, Status } from "@/api/types";
import type { ClassLook } from "@/label/look";
import type { Paint } from "@/plot/plane";
import type { Points } from "./points";

export const COLOUR_BY = ["class", "prediction", "uncertainty", "split", "status", "cluster"] as const;
export type ColourBy = (typeof COLOUR_BY)[number];
export const isColourBy = (text: string | null): text is ColourBy => COLOUR_BY.some((one) => one === text);

/** One entry of the legend. */
export interface Entry {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly count: number;
  /** What the key on the keyboard is, for a class. */
  readonly hotkey: string | null;
  /** How to ask for its pictures; null where that cannot be asked. */
  readonly filter: Partial<Filter> | null;
}

export interface Legend {
  readonly entries: readonly Entry[];
  /** Place of each point's entry. */
  readonly category: Uint16Array;
}

export type Theme = "dark" | "light";

const NEUTRAL: Record<Theme, string> = { dark: "#737d87", light: "#8a949e" };
const DOUBT = ["#4f86a8", "#5fa08a", "#b9972a", "#dd7a35", "#d6336c"] as const;
const SPLIT: Record<string, string> = { train: "#4b93dd", val: "#d99a2b", test: "#b565c9" };
const STATUS: Record<string, string> = {
  labelled: "#3fa66f",
  unsure: "#d99a2b",
  skipped: "#8c7bd6",
  conflict: "#dd5b58",
};
const WHEEL = [
  "#3f9ae0",
  "#d98a2b",
  "#3fa66f",
  "#b565c9",
  "#d95757",
  "#2fa5a5",
  "#a6882f",
  "#e070a0",
  "#6f7fdc",
  "#7ba83a",
];

/** A class's colour as the theme shows it: on a light ground a little darker, as its line is elsewhere. */
export function onGround(colour: string, theme: Theme): string {
  if (theme === "dark" || !/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  const part = (at: number) => Math.round(parseInt(colour.slice(at, at + 2), 16) * 0.78);
  return `#${[1, 3, 5].map((at) => part(at).toString(16).padStart(2, "0")).join("")}`;
}

interface Known {
  readonly points: Points;
  readonly looks: readonly ClassLook[];
  readonly theme: Theme;
  /** Names of the clusters by number. */
  readonly clusters: ReadonlyMap<number, string>;
  readonly method: string;
}

type Drawn = Omit<Entry, "count">;

const plain = (key: string, name: string, colour: string, filter: Drawn["filter"] = null): Drawn => ({
  key,
  name,
  colour,
  hotkey: null,
  filter,
});

function classes(ids: Int32Array, none: string, filterOf: (id: number) => Drawn["filter"], known: Known) {
  const place = new Map(known.looks.map((look, i) => [look.id, i + 1]));
  const drawn = known.looks.map((look): Drawn => ({
    key: String(look.id),
    name: look.name,
    colour: onGround(look.colour, known.theme),
    hotkey: look.hotkey,
    filter: filterOf(look.id),
  }));
  return {
    drawn: [plain("none", none, NEUTRAL[known.theme]), ...drawn],
    place: (i: number) => place.get(ids[i] ?? -1) ?? 0,
  };
}

function doubt({ points, theme }: Known) {
  const drawn = DOUBT.map((colour, i) =>
    plain(String(i), `${i * 20}-${i * 20 + 20} % unsure`, onGround(colour, theme)),
  );
  const place = (i: number) => {
    const value = points.uncertainty[i] ?? NaN;
    return Number.isNaN(value) ? 0 : 1 + Math.min(DOUBT.length - 1, Math.floor(value * DOUBT.length));
  };
  return { drawn: [plain("none", "Not predicted", NEUTRAL[theme]), ...drawn], place };
}

function named(
  names: readonly string[],
  colours: Record<string, string>,
  of: Uint8Array,
  known: Known,
  asStatus: boolean,
) {
  const drawn = names.map((name) =>
    plain(
      name,
      name,
      onGround(colours[name] ?? NEUTRAL[known.theme], known.theme),
      asStatus ? { statuses: [name as Status] } : { splits: [name as Split] },
    ),
  );
  return { drawn, place: (i: number) => of[i] ?? 0 };
}

function clusters({ points, theme, clusters: names, method }: Known) {
  const ids = [...new Set(points.cluster)].filter((id) => id >= 0).sort((a, b) => a - b);
  const place = new Map(ids.map((id, i) => [id, i + 1]));
  const drawn = ids.map((id) =>
    plain(String(id), names.get(id) ?? `Cluster ${id + 1}`, onGround(WHEEL[id % WHEEL.length] ?? "", theme), {
      region: { method, cluster: id },
    }),
  );
  const outliers = plain("none", "Outliers", NEUTRAL[theme], { region: { method, cluster: -1 } });
  return { drawn: [outliers, ...drawn], place: (i: number) => place.get(points.cluster[i] ?? -1) ?? 0 };
}

function drawnBy(by: ColourBy, known: Known): { drawn: readonly Drawn[]; place: (i: number) => number } {
  const { points } = known;
  switch (by) {
    case "class":
      return classes(points.classId, "No class", (id) => ({ class_ids: [id] }), known);
    case "prediction":
      return classes(points.predicted, "Not predicted", (id) => ({ predicted_ids: [id] }), known);
    case "uncertainty":
      return doubt(known);
    case "split":
      return named(points.splits, SPLIT, points.split, known, false);
    case "status":
      return named(points.statuses, STATUS, points.status, known, true);
    case "cluster":
      return clusters(known);
  }
}

/** What each point's colour says, and how many say it; entries that no point has are left out. */
export function legendOf(by: ColourBy, known: Known): Legend {
  const { drawn, place } = drawnBy(by, known);
  const counts = new Array<number>(drawn.length).fill(0);
  const raw = Array.from({ length: known.points.count }, (_, i) => {
    const at = place(i);
    counts[at] = (counts[at] ?? 0) + 1;
    return at;
  });
  const kept = drawn.map((one, i) => ({ ...one, count: counts[i] ?? 0 }));
  const entries = kept.filter((one) => one.count > 0);
  const moved = kept.map((one) => entries.indexOf(one));
  return { entries, category: Uint16Array.from(raw, (at) => moved[at] ?? 0) };
}

export const paintOf = (legend: Legend): Paint => ({
  category: legend.category,
  palette: legend.entries.length > 0 ? legend.entries.map((entry) => entry.colour) : ["#888888"],
});

/** The points whose entry is not hidden; null when all are shown. */
export function visible(legend: Legend, hidden: ReadonlySet<string>): number[] | null {
  const off = new Set(legend.entries.flatMap((entry, i) => (hidden.has(entry.key) ? [i] : [])));
  if (off.size === 0) return null;
  return Array.from(legend.category.keys()).filter((i) => !off.has(legend.category[i] ?? 0));
}
