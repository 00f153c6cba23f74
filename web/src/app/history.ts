import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { toasts } from "@/ui/toasts";
import { announce, drawings, labelled, outbox, queries } from "./services";

/** Takes the last change of a project back, or gives it again. What has not been sent yet is taken back here. */
export async function travel(project: string, way: "undo" | "redo"): Promise<void> {
  if (way === "undo" && outbox.withdraw(project)) {
    announce("Took back a label that had not been sent");
    return;
  }
  const taken = way === "undo" ? drawings.withdraw(project) : null;
  if (taken) {
    announce(`Took back: ${taken.description}`);
    return;
  }
  await Promise.all([outbox.drained(), drawings.drained()]);
  try {
    const answer = await api[way](project);
    outbox.learn(answer.images);
    drawings.learn(answer.images);
    labelled.tell(answer.images);
    const said = `${way === "undo" ? "Undid" : "Redid"}: ${answer.description.replace(/^(Undo|Redo): /, "")}`;
    toasts.say(said);
    announce(said);
    for (const key of [keys.journal(project), keys.classes(project), keys.project(project)]) {
      void queries.invalidateQueries({ queryKey: key });
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) toasts.say(error.message, { hint: error.hint });
    else toasts.fail(error);
  }
}
