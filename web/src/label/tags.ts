import type { Item } from "@/api/types";
import { shown, type ClassLook, type Shown } from "./look";
import type { Mark, Marked } from "./outbox";

/** Projects of tags: an image may have several, and a key gives one or takes it away. */

/** A person has looked, and it has none of the tags. */
export const noneOfThese: Mark = { class_id: null, status: "labelled", tags: [] };
export const untag: Mark = { class_id: null, status: "unlabelled", tags: [] };

export interface Toggled {
  /** Given, or taken away where all had it. */
  readonly on: boolean;
  readonly images: readonly (Marked & { readonly mark: Mark })[];
}

/** All of them have the tag: it is taken away; else those that lack it get it. */
export function toggleTag(items: readonly Item[], tag: number, overlay: (id: number) => Mark | undefined): Toggled {
  const now = items.map((item) => ({ item, tags: shown(item, overlay(item.id)).tags }));
  const on = !now.every(({ tags }) => tags.includes(tag));
  const images = now
    .filter(({ tags }) => tags.includes(tag) !== on)
    .map(({ item, tags }) => ({ id: item.id, version: item.version, mark: tagged(including(tags, tag, on)) }));
  return { on, images };
}

/** An image has exactly these tags; without any it waits for a label again. */
export const tagged = (tags: readonly number[]): Mark => ({
  class_id: null,
  status: tags.length > 0 ? "labelled" : "unlabelled",
  tags,
});

/** Tags as the server keeps them: ascending, each once. */
function including(tags: readonly number[], tag: number, on: boolean): number[] {
  const others = tags.filter((one) => one !== tag);
  return (on ? [...others, tag] : others).sort((a, b) => a - b);
}

/** What a labelled image of such a project says; empty where it says nothing. */
export function tagText(now: Shown, looks: ReadonlyMap<number, ClassLook>): string {
  if (now.status !== "labelled" || now.class_id !== null) return "";
  if (now.tags.length === 0) return "none of these";
  return now.tags.map((id) => looks.get(id)?.name ?? `class ${id}`).join(", ");
}
