import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { toasts } from "@/ui/toasts";
import { announce, drawings, labelled, outbox, queries } from "./services";
import { Withdrawn } from "./withdrawn";

const withdrawn = new Withdrawn(() => outbox.pushes + drawings.pushes);

/** Takes the last change of a project back, or gives it again. What has not been sent yet is taken back here. */
export async function travel(project: string, way: "undo" | "redo"): Promise<void> {
  if (way === "undo" && withdraw(project)) return;
  if (way === "redo" && withdrawn.again(project)) {
    announce("Gave again what had not been sent");
    return;
  }
  await Promise.all([outbox.drained(), drawings.drained()]);
  try {
    const answer = await api[way](project);
    if (way === "undo") withdrawn.undone(project);
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

/** Takes back here what has not left yet; false where there is nothing of it. */
function withdraw(project: string): boolean {
  const label = outbox.withdraw(project);
  if (label) {
    withdrawn.took(project, () => outbox.adopt([label]));
    announce("Took back a label that had not been sent");
    return true;
  }
  const shape = drawings.withdraw(project);
  if (!shape) return false;
  withdrawn.took(project, () => drawings.adopt([shape]));
  announce(`Took back: ${shape.description}`);
  return true;
}
