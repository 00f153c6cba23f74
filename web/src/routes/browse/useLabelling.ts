import { useCallback, useState } from "react";
import type { Item } from "@/api/types";
import { announce, outbox } from "@/app/services";
import { advance, pickedCount, targets, type Selection } from "@/grid/selection";
import { describe, type ClassLook } from "@/label/look";
import type { Mark } from "@/label/outbox";
import { many } from "@/ui/format";
import { toasts } from "@/ui/toasts";
import type { View } from "./useView";

/** More than this at once is asked about first. */
const ASK_ABOVE = 200;
/** The server takes this many in one change, and so in one step of undo. */
const BATCH = 100_000;

interface Pending {
  readonly mark: Mark;
  readonly count: number;
}

/** The items at some positions of a view, loading those that are not at hand. */
async function itemsAt(view: View, indices: readonly number[]): Promise<Item[]> {
  const at = (index: number) => view.windows.get(index);
  if (indices.every((index) => at(index))) return indices.flatMap((index) => at(index) ?? []);
  const [start, end] = [indices[0] ?? 0, (indices.at(-1) ?? -1) + 1];
  const all = await view.windows.range({ start, end }, new AbortController().signal);
  return indices.flatMap((index) => all[index - start] ?? []);
}

interface Options {
  view: View | null;
  looks: readonly ClassLook[];
  selection: Selection;
  onDone: (next: Selection) => void;
}

/** Labels the selection, or the focused picture, and moves on. */
export function useLabelling({ view, looks, selection, onDone }: Options) {
  const [pending, setPending] = useState<Pending | null>(null);

  const carryOut = useCallback(
    async (mark: Mark) => {
      if (!view) return;
      const indices = targets(selection, view.windows.size);
      if (indices.length === 0) return;
      const items = await itemsAt(view, indices);
      for (let i = 0; i < items.length; i += BATCH) outbox.push(view.project, items.slice(i, i + BATCH), mark);
      announce(`${many(items.length, "picture")}: ${describe(mark, looks)}`);
      onDone(advance(selection, view.windows.size));
    },
    [view, looks, selection, onDone],
  );

  const mark = useCallback(
    (next: Mark) => {
      const count = view ? pickedCount(selection, view.windows.size) : 0;
      if (count > ASK_ABOVE) setPending({ mark: next, count });
      else carryOut(next).catch((error: unknown) => toasts.fail(error));
    },
    [view, selection, carryOut],
  );

  const confirm = useCallback(() => {
    if (!pending) return;
    setPending(null);
    carryOut(pending.mark).catch((error: unknown) => toasts.fail(error));
  }, [pending, carryOut]);

  return { mark, pending, confirm, cancel: useCallback(() => setPending(null), []) };
}
