import type { Preset } from "@/api/types";

export interface PresetGroup {
  readonly heading: string;
  readonly presets: readonly Preset[];
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_.-]+/g, "");

/** Presets whose name, title or purpose has all the words, by heading in the order of the list. */
export function grouped(presets: readonly Preset[], search: string): PresetGroup[] {
  const words = search.split(/\s+/).map(plain).filter(Boolean);
  const groups = new Map<string, Preset[]>();
  for (const one of presets) {
    const text = plain(`${one.name} ${one.title} ${one.description} ${one.heading}`);
    if (words.every((word) => text.includes(word))) groups.set(one.heading, [...(groups.get(one.heading) ?? []), one]);
  }
  return [...groups].map(([heading, list]) => ({ heading, presets: list }));
}

/** Why a preset does not suit a project, or "". */
export const unfit = (preset: Preset, task: string | undefined): string =>
  preset.task === "embedding" && task === "multi" ? "It needs one class for each picture." : "";

export const LEARNS: Readonly<Record<Preset["task"], string>> = {
  single: "one class",
  multi: "tags",
  embedding: "embedding",
};
