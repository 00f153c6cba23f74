import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import type { BulkChange } from "@/api/types";
import { announce, outbox } from "@/app/services";
import type { Mark } from "@/label/outbox";
import { count, many } from "@/ui/format";
import { toasts } from "@/ui/toasts";
import type { View } from "./useView";

/** More than this at once is asked about first. */
export const ASK_ABOVE = 200;

/** What is asked about before it is done. */
export interface Pending {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly run: () => void;
}

/** What is said of a whole view, without loading its images. */
export interface Whole {
  readonly body: BulkChange;
  readonly say: string;
}

/** A view that is too large to be loaded first, and to be labelled unasked. */
export const isWhole = ({ view, indices }: { view: View; indices: readonly number[] }): boolean =>
  view.selection.get().all && indices.length > ASK_ABOVE;

export const asBody = ({ tags, ...mark }: Mark): BulkChange => (tags ? { ...mark, tags: [...tags] } : mark);

/** Asks the server how many images would change, asks the person, and has it done as one step. */
export async function labelWhole(
  view: View,
  what: Whole,
  ask: (pending: Pending) => void,
  done: () => void,
): Promise<void> {
  await outbox.drained();
  const request = { ...what.body, view: view.info.id };
  const told = await api.bulk(view.project, { ...request, dry_run: true });
  if (told.changed === 0) {
    toasts.say("Nothing to change", { hint: `None of ${many(told.count, "picture")} would become another.` });
    return;
  }
  const carryOut = async () => {
    try {
      const { description } = await api.bulk(view.project, { ...request, expect: told.changed });
      view.windows.invalidate();
      toasts.say(description);
      announce(description);
      done();
    } catch (error) {
      toasts.fail(error);
      // Somebody labels too: the question is asked again, with the number as it is now.
      if (error instanceof ApiError && error.status === 409) await labelWhole(view, what, ask, done);
    }
  };
  const run = () => void carryOut().catch((error: unknown) => toasts.fail(error));
  if (told.changed <= ASK_ABOVE) run();
  else
    ask({
      title: `Label ${count(told.changed)} pictures?`,
      about: `${count(told.changed)} of ${count(told.count)} become “${what.say}”. One undo takes it back.`,
      action: "Label them",
      run,
    });
}
