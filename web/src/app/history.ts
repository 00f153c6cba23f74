import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { toasts } from "@/ui/toasts";
import { announce, drawings, labelled, outbox, queries } from "./services";
import { Withdrawn } from "./withdrawn";

const withdrawn = new Withdrawn(() => outbox.pushes + drawings.pushes);

let before: Promise<void> = Promise.resolve();
let underway = 0;

/**
 * Takes the last change of a project back, or gives it again. What has not been sent yet is taken back here.
 *
 * Steps are taken one after the other, in the order in which they were asked for. What is said while one is under way
 * waits for it: it is neither what the step takes back nor refused for what the step has changed.
 */
export function travel(project: string, way: "undo" | "redo"): Promise<void> {
  // Where the server is on a step, that one comes first: what follows it is known then.
  if (way === "undo" ? withdraw(project) : underway === 0 && withdrawn.isNext(project) && giveAgain(project))
    return Promise.resolve();
  underway += 1;
  const failed = way === "undo" ? withdrawn.undone(project) : () => undefined;
  const holds = [outbox.hold(), drawings.hold()];
  before = before
    .then(() => Promise.all(holds.map((hold) => hold.clear)))
    .then(() => step(project, way, failed))
    .finally(() => {
      underway -= 1;
      holds.forEach((hold) => hold.release());
    });
  return before;
}

async function step(project: string, way: "undo" | "redo", failed: () => void): Promise<void> {
  if (way === "redo" && giveAgain(project)) return;
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
    failed();
    if (error instanceof ApiError && error.status === 409) toasts.say(error.message, { hint: error.hint });
    else toasts.fail(error);
  }
}

/** Gives again what was taken back here; false where the next step forward is the server's. */
function giveAgain(project: string): boolean {
  const given = withdrawn.again(project);
  if (given) announce("Gave again what had not been sent");
  return given;
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
