/** Auto class of the open page, joined to the server. */

import { keys } from "@/api/keys";
import { kept } from "@/app/kept";
import { announce, queries } from "@/app/services";
import { choice } from "@/assist/choice";
import { asker } from "@/assist/joined";
import type { Desk } from "@/routes/annotate/desk";
import { AutoClass } from "./autoClass";
import { calls } from "./calls";

const KEY = "sightline.autoclass";
const made = new WeakMap<Desk, AutoClass>();

/** What is asked of the server about a project's heads. */
export const statusOf = (project: string) => ({
  queryKey: keys.autoClass(project),
  queryFn: () => calls.status(project),
});

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Auto class of a desk, made once. */
export function autoClassOf(desk: Desk): AutoClass {
  const found =
    made.get(desk) ??
    new AutoClass(
      desk,
      {
        classify: calls.classify,
        status: () => queries.query({ ...statusOf(desk.project), staleTime: 0 }),
        busy: (uid) => asker.snapshot().some(({ object }) => object === uid),
        ahead: () => choice.get().ahead,
        keep: (on) => kept.write(KEY, on ? "1" : null),
        announce,
        after,
      },
      kept.read(KEY) === "1",
    );
  made.set(desk, found);
  return found;
}
