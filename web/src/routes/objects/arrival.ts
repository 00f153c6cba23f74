import type { ObjectRef } from "@/api/types";
import { Store } from "@/app/store";
import type { Desk } from "@/routes/annotate/desk";
import type { Part } from "@/routes/annotate/slots";

/** The object that somebody goes to see in its picture. */
export const wanted = new Store<ObjectRef | null>(null);

/** A picture that is at hand is shown at once and read anew meanwhile, which selects nothing. */
const SETTLED_MS = 3000;

/** Selects it as soon as the picture is on the desk, and again if the picture is read anew just then. */
function arrive(desk: Desk): void {
  const one = wanted.get();
  if (!one || !desk.editor || one.image_id !== desk.image || desk.selection().length > 0) return;
  if (desk.objects().some(({ uid }) => uid === one.uid)) desk.pick(one.uid, false);
}

export const arrival: Part = {
  name: "arrival",
  mount: (desk) => {
    const stop = desk.subscribe(() => arrive(desk));
    const timer = setTimeout(() => wanted.set(null), SETTLED_MS);
    arrive(desk);
    return () => {
      stop();
      clearTimeout(timer);
      wanted.set(null);
    };
  },
};
