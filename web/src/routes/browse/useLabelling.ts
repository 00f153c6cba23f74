import { useCallback, useMemo, useRef, useState } from "react";
import type { Item } from "@/api/types";
import { announce, outbox } from "@/app/services";
import { advance, pickedCount, targets, type Selection } from "@/grid/selection";
import { describe, type ClassLook } from "@/label/look";
import type { Mark, Marked } from "@/label/outbox";
import { count, many } from "@/ui/format";
import { toasts } from "@/ui/toasts";
import { accepted, rejecting, tally } from "./suggest";
import type { View } from "./useView";

/** More than this at once is asked about first. */
const ASK_ABOVE = 200;
/** The server takes this many in one change, and so in one step of undo. */
const BATCH = 100_000;

/** What is asked about before it is done. */
export interface Pending {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly run: () => void;
}

/** The items at some positions of a view: at once where they are at hand, else when they have come. */
function itemsAt(view: View, indices: readonly number[]): Item[] | Promise<Item[]> {
  const here = indices.flatMap((index) => view.windows.get(index) ?? []);
  if (here.length === indices.length) return here;
  return load(view, indices);
}

async function load(view: View, indices: readonly number[]): Promise<Item[]> {
  const [start, end] = [indices[0] ?? 0, (indices.at(-1) ?? -1) + 1];
  const all = await view.windows.range({ start, end }, new AbortController().signal);
  return indices.flatMap((index) => all[index - start] ?? []);
}

/** Hands over what is there, now or later; a failure is told. */
function once(items: Item[] | Promise<Item[]>, then: (items: Item[]) => void): void {
  if (Array.isArray(items)) then(items);
  else items.then(then).catch((error: unknown) => toasts.fail(error));
}

function send(project: string, images: readonly Marked[], mark: Mark): void {
  for (let i = 0; i < images.length; i += BATCH) outbox.push(project, images.slice(i, i + BATCH), mark);
}

interface Options {
  view: View | null;
  looks: readonly ClassLook[];
  onDone: (next: Selection) => void;
  /** False, and brings it into view, when the one picture that a key would act on cannot be seen. */
  seen: () => boolean;
}

/** Labels the selection, or the focused picture, and moves on. The selection is read when the key is pressed, so that
 * two quick keys never act on one picture. */
export function useLabelling({ view, looks, onDone, seen }: Options) {
  const [pending, setPending] = useState<Pending | null>(null);
  const last = useRef<Mark | null>(null);

  /** The positions to act on; null when there is nothing, or it cannot be seen. */
  const aim = useCallback((): { view: View; indices: number[] } | null => {
    if (!view) return null;
    const selection = view.selection.get();
    if (pickedCount(selection, view.windows.size) === 0 && !seen()) return null;
    const indices = targets(selection, view.windows.size);
    return indices.length === 0 ? null : { view, indices };
  }, [view, seen]);

  const move = useCallback((from: View) => onDone(advance(from.selection.get(), from.windows.size)), [onDone]);

  const mark = useCallback(
    (next: Mark) => {
      const at = aim();
      if (!at) return;
      const say = describe(next, looks);
      const run = () => {
        once(itemsAt(at.view, at.indices), (items) => send(at.view.project, items, next));
        last.current = next;
        announce(`${many(at.indices.length, "picture")}: ${say}`);
        move(at.view);
      };
      if (at.indices.length <= ASK_ABOVE) run();
      else
        setPending({
          title: `Label ${count(at.indices.length)} pictures?`,
          about: `They all become “${say}”. Undo takes it back.`,
          action: "Label them",
          run,
        });
    },
    [aim, looks, move],
  );

  const accept = useCallback(() => {
    const at = aim();
    if (!at) return;
    const { project, rejected, info, selection } = at.view;
    const before = selection.get();
    once(itemsAt(at.view, at.indices), (items) => {
      const { images, classes } = accepted(items, (id) => outbox.overlay(id), rejected.get(), info.queue);
      const [image] = images;
      if (!image?.mark) {
        toasts.say("No suggestion to accept here", { hint: "The model suggests once two classes have labels." });
        return;
      }
      const fallback = image.mark;
      const run = () => {
        send(project, images, fallback);
        last.current = images.at(-1)?.mark ?? fallback;
        announce(`Accepted ${tally(classes, looks)}`);
        if (selection.get() === before) move(at.view);
      };
      if (images.length <= ASK_ABOVE) run();
      else
        setPending({
          title: `Accept ${many(images.length, "suggestion")}?`,
          about: `${tally(classes, looks)}. Undo takes it back.`,
          action: "Accept them",
          run,
        });
    });
  }, [aim, looks, move]);

  const reject = useCallback(() => {
    const at = aim();
    if (!at) return;
    once(itemsAt(at.view, at.indices), (items) => {
      const ids = items.filter((item) => item.predicted !== null).map((item) => item.id);
      if (ids.length === 0) {
        toasts.say("No suggestion to reject here");
        return;
      }
      const after = rejecting(at.view.rejected.get(), ids);
      const back = after.size < at.view.rejected.get().size;
      at.view.rejected.set(after);
      announce(`${many(ids.length, "suggestion")} ${back ? "stand again" : "rejected"}`);
      move(at.view);
    });
  }, [aim, move]);

  const repeat = useCallback(() => {
    if (last.current) mark(last.current);
    else toasts.say("No label to repeat yet", { hint: "Give one; this key gives it again." });
  }, [mark]);

  const cancel = useCallback(() => setPending(null), []);
  const confirm = useCallback(() => {
    pending?.run();
    setPending(null);
  }, [pending]);

  return useMemo(
    () => ({ mark, accept, reject, repeat, pending, confirm, cancel }),
    [mark, accept, reject, repeat, pending, confirm, cancel],
  );
}
