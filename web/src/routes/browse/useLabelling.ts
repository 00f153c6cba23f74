import { useCallback, useMemo, useRef, useState } from "react";
import { api } from "@/api/calls";
import type { Item } from "@/api/types";
import { announce, outbox } from "@/app/services";
import { advance, pickedCount, targets, type Selection } from "@/grid/selection";
import { describe, give as giving, unlabel, type ClassLook } from "@/label/look";
import type { Mark, Marked } from "@/label/outbox";
import { noneOfThese, toggleTag, untag } from "@/label/tags";
import { count, many } from "@/ui/format";
import { toasts } from "@/ui/toasts";
import { accepted, DOUBTING, rejecting, tally } from "./suggest";
import type { View } from "./useView";
import { asBody, ASK_ABOVE, isWhole, labelWhole, type Pending, type Whole } from "./whole";

/** The server takes this many in one change, and so in one step of undo. */
const BATCH = 100_000;

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
  /** Whether an image may have several tags: then a key gives one or takes it away. */
  multi: boolean;
  onDone: (next: Selection) => void;
  /** False, and brings it into view, when the one picture that a key would act on cannot be seen. */
  seen: () => boolean;
}

/** Labels the selection, or the focused picture, and moves on. The selection is read when the key is pressed, so that
 * two quick keys never act on one picture. */
export function useLabelling({ view, looks, multi, onDone, seen }: Options) {
  const [pending, setPending] = useState<Pending | null>(null);
  const last = useRef<Mark | { readonly tag: number } | null>(null);

  /** The positions to act on; null when there is nothing, or it cannot be seen. */
  const aim = useCallback((): { view: View; indices: number[] } | null => {
    if (!view) return null;
    const selection = view.selection.get();
    if (pickedCount(selection, view.windows.size) === 0 && !seen()) return null;
    const indices = targets(selection, view.windows.size);
    return indices.length === 0 ? null : { view, indices };
  }, [view, seen]);

  const move = useCallback((from: View) => onDone(advance(from.selection.get(), from.windows.size)), [onDone]);

  const ofWhole = useCallback(
    (at: View, what: Whole | Promise<Whole>) => {
      Promise.resolve(what)
        .then((one) => labelWhole(at, one, setPending, () => move(at)))
        .catch((error: unknown) => toasts.fail(error));
    },
    [move],
  );

  const mark = useCallback(
    (next: Mark) => {
      const at = aim();
      if (!at) return;
      const say = describe(next, looks);
      last.current = next;
      if (isWhole(at)) {
        ofWhole(at.view, { body: asBody(next), say });
        return;
      }
      const run = () => {
        once(itemsAt(at.view, at.indices), (items) => send(at.view.project, items, next));
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
    [aim, looks, move, ofWhole],
  );

  const toggle = useCallback(
    (tag: number) => {
      const at = aim();
      if (!at) return;
      const name = looks.find((look) => look.id === tag)?.name ?? "";
      last.current = { tag };
      if (isWhole(at)) {
        const view = at.view.info.id;
        const lacking = api.bulk(at.view.project, { view, add_tags: [tag], dry_run: true });
        const what = lacking.then(({ changed }): Whole =>
          changed > 0
            ? { body: { add_tags: [tag] }, say: `tagged ${name}` }
            : { body: { remove_tags: [tag] }, say: `not ${name}` },
        );
        ofWhole(at.view, what);
        return;
      }
      once(itemsAt(at.view, at.indices), (items) => {
        const { on, images } = toggleTag(items, tag, (id) => outbox.overlay(id));
        const [first] = images;
        if (!first) return;
        const say = on ? `+ ${name}` : `− ${name}`;
        const run = () => {
          send(at.view.project, images, first.mark);
          announce(`${many(images.length, "picture")}: ${say}`);
        };
        if (images.length <= ASK_ABOVE) run();
        else
          setPending({
            title: `Tag ${count(images.length)} pictures?`,
            about: `${say}. Undo takes it back.`,
            action: "Tag them",
            run,
          });
      });
    },
    [aim, looks, ofWhole],
  );

  const give = useCallback((id: number) => (multi ? toggle(id) : mark(giving(id))), [multi, toggle, mark]);
  const clear = useCallback(() => mark(multi ? untag : unlabel), [multi, mark]);
  const none = useCallback(() => mark(noneOfThese), [mark]);

  const accept = useCallback(() => {
    const at = aim();
    if (!at) return;
    const { project, rejected, info, selection } = at.view;
    const before = selection.get();
    if (isWhole(at) && !multi && rejected.get().size === 0 && !DOUBTING.has(info.queue)) {
      ofWhole(at.view, { body: { class_id: "predicted" }, say: "what the model suggests" });
      return;
    }
    once(itemsAt(at.view, at.indices), (items) => {
      const overlay = (id: number) => outbox.overlay(id);
      const { images, classes } = accepted(items, overlay, rejected.get(), info.queue, multi);
      const [image] = images;
      if (!image?.mark) {
        toasts.say("No suggestion to accept here", { hint: "The model suggests once two classes have labels." });
        return;
      }
      const fallback = image.mark;
      const newest = images.at(-1)?.mark ?? fallback;
      const run = () => {
        send(project, images, fallback);
        last.current = newest;
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
  }, [aim, looks, move, multi, ofWhole]);

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
    const before = last.current;
    if (before && "tag" in before) toggle(before.tag);
    else if (before) mark(before);
    else toasts.say("No label to repeat yet", { hint: "Give one; this key gives it again." });
  }, [toggle, mark]);

  const cancel = useCallback(() => setPending(null), []);
  const confirm = useCallback(() => {
    pending?.run();
    setPending(null);
  }, [pending]);

  return useMemo(
    () => ({ mark, give, clear, none, accept, reject: multi ? none : reject, repeat, pending, confirm, cancel }),
    [mark, give, clear, none, accept, reject, multi, repeat, pending, confirm, cancel],
  );
}
