import type { LabelState } from "@/api/types";
import type { ClassLook } from "@/label/look";

type Names = ReadonlyMap<number, Pick<ClassLook, "name">>;

/** What is said of an image, in words: its class, its tags, or its mark. */
export function stateText(state: LabelState | null, looks: Names): string {
  if (!state) return "not there";
  if (state.status !== "labelled") return state.status === "conflict" ? "labels disagree" : state.status;
  const ids = [...(state.class_id === null ? [] : [state.class_id]), ...state.tags];
  return ids.map((id) => looks.get(id)?.name ?? `class ${id}`).join(" + ") || "none of these";
}

/** `unlabelled → cat`; a change of the split alone says so. */
export function changeText(before: LabelState, after: LabelState, looks: Names): string {
  const [from, to] = [stateText(before, looks), stateText(after, looks)];
  if (from !== to) return `${from} → ${to}`;
  return before.split === after.split ? to : `${before.split} → ${after.split}`;
}
