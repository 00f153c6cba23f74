import type { Filter, Split, Status } from "@/api/types";

/** What the page shows: lives in the address, so that it can be kept and sent. */
export interface Asked {
  readonly queue: string;
  readonly filter: Filter;
  readonly seed: number | null;
}

export const SPLITS: readonly Split[] = ["train", "val", "test"];
export const STATUSES: readonly Status[] = ["unlabelled", "labelled", "unsure", "skipped", "conflict"];

const list = (text: string | null): string[] => (text ? text.split(",").filter(Boolean) : []);

export function fromAddress(search: URLSearchParams): Asked {
  const seed = Number(search.get("seed"));
  return {
    queue: search.get("queue") ?? "all",
    filter: {
      class_ids: list(search.get("class")).map(Number).filter(Number.isInteger),
      splits: SPLITS.filter((split) => list(search.get("split")).includes(split)),
      statuses: STATUSES.filter((status) => list(search.get("status")).includes(status)),
      text: search.get("text") ?? "",
    },
    seed: search.has("seed") && Number.isInteger(seed) ? seed : null,
  };
}

export function toAddress(asked: Asked): URLSearchParams {
  const search = new URLSearchParams();
  const put = (key: string, value: string) => value !== "" && search.set(key, value);
  put("queue", asked.queue === "all" ? "" : asked.queue);
  put("class", asked.filter.class_ids.join(","));
  put("split", asked.filter.splits.join(","));
  put("status", asked.filter.statuses.join(","));
  put("text", asked.filter.text.trim());
  if (asked.seed !== null) put("seed", String(asked.seed));
  return search;
}

export const filters = (filter: Filter): number =>
  filter.class_ids.length + filter.splits.length + filter.statuses.length + (filter.text.trim() === "" ? 0 : 1);

export const noFilter: Filter = { class_ids: [], splits: [], statuses: [], text: "" };

/** In or out of a list, kept in order of arrival. */
export const toggled = <T>(items: readonly T[], item: T): T[] =>
  items.includes(item) ? items.filter((other) => other !== item) : [...items, item];
