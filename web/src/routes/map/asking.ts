import type { Filter, MapCluster } from "@/api/types";
import type { ClassLook } from "@/label/look";
import type { Polygon } from "@/plot/polygon";
import { everything, noFilter, type Asked } from "@/routes/browse/asked";
import { legendOf, type ColourBy, type Entry } from "./colours";
import { inCluster, inPolygon, toMap, type Bounds, type Points } from "./points";

/** What is selected on the map: which pictures, in words and as a filter, and which drawn points those are. */
export interface Picked {
  /** The list's entry that says the same: `cluster:3`. */
  readonly key: string;
  readonly name: string;
  readonly filter: Partial<Filter>;
  readonly points: readonly number[];
}

/** Clusters by the class that most of their pictures have; several of one class are told apart by number. */
export function clusterNames(
  clusters: readonly MapCluster[],
  looks: ReadonlyMap<number, ClassLook>,
): ReadonlyMap<number, string> {
  const seen = new Map<string, number>();
  return new Map(
    clusters.map((one) => {
      const name = one.class_id === null ? undefined : looks.get(one.class_id)?.name;
      if (name === undefined) return [one.id, `Cluster ${one.id + 1}`];
      const times = (seen.get(name) ?? 0) + 1;
      seen.set(name, times);
      return [one.id, times === 1 ? name : `${name} (${times})`];
    }),
  );
}

export function pickCluster(points: Points, method: string, cluster: number, name: string): Picked {
  return {
    key: `cluster:${cluster === -1 ? "none" : cluster}`,
    name,
    filter: { region: { method, cluster } },
    points: inCluster(points, cluster),
  };
}

export function pickPolygon(points: Points, method: string, bounds: Bounds, polygon: Polygon): Picked {
  return {
    key: "region",
    name: "Selection",
    filter: { region: { method, polygon: polygon.map((corner) => toMap(bounds, corner)) } },
    points: inPolygon(points, polygon),
  };
}

export function pickEntry(known: Parameters<typeof legendOf>[1], by: ColourBy, entry: Entry): Picked | null {
  const legend = legendOf(by, known);
  const at = legend.entries.findIndex((one) => one.key === entry.key);
  if (!entry.filter || at < 0) return null;
  const points = Array.from(legend.category.keys()).filter((i) => legend.category[i] === at);
  return { key: `${by}:${entry.key}`, name: entry.name, filter: entry.filter, points };
}

/** The same pictures as a question to the server. */
export const askedBy = (picked: Picked): Asked => ({
  ...everything,
  filter: { ...noFilter, ...picked.filter },
});
