import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { pickedCount } from "@/grid/selection";
import type { ClassLook } from "@/label/look";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { useRested } from "../useRested";
import type { View } from "../useView";
import { useTry } from "./useTry";

interface SplitClassProps {
  project: string;
  look: ClassLook;
  view: View;
  onClose: () => void;
}

/** The pictures that are meant: the selected ones, or all of the view. */
async function meant(view: View): Promise<{ view: string } | { image_ids: number[] }> {
  const { picked, all } = view.selection.get();
  if (all || picked.size === 0) return { view: view.info.id };
  const places = [...picked].sort((a, b) => a - b);
  const [start, end] = [places[0] ?? 0, (places.at(-1) ?? -1) + 1];
  const here = places.flatMap((index) => view.windows.get(index)?.id ?? []);
  if (here.length === places.length) return { image_ids: here };
  const items = await view.windows.range({ start, end }, new AbortController().signal);
  return { image_ids: places.flatMap((index) => items[index - start]?.id ?? []) };
}

/** Makes a class of its own of some pictures of a class. */
export function SplitClass({ project, look, view, onClose }: SplitClassProps) {
  const [name, setName] = useState("");
  const asked = useRested(name.trim(), 250);
  const picked = pickedCount(view.selection.get(), view.windows.size);
  const { told, counting, wrong, change } = useTry({
    project,
    question: ["split", look.id, asked, view.info.id, picked],
    attempt:
      asked === ""
        ? null
        : async (how) => api.splitClass(project, look.id, { name: asked, ...(await meant(view)), ...how }),
    onDone: onClose,
  });
  const from = picked > 0 ? many(picked, "selected picture") : `${many(view.windows.size, "picture")} of this view`;
  const ready = told !== null && told.changed > 0 && !counting && asked === name.trim();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ready && !change.isPending) change.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Split off ${look.name}`}
      about={`Of ${from}, those that are ${look.name} get a class of their own. One undo takes it back.`}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="split-class" disabled={!ready || change.isPending}>
            {told && asked !== "" ? `Split off ${many(told.changed, "picture")}` : "Split off"}
          </Button>
        </>
      }
    >
      <form id="split-class" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="split-name">Name of the new class</label>
          <input
            id="split-name"
            className="input"
            value={name}
            maxLength={80}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {told?.changed === 0 && <p className="small">None of these pictures is {look.name}: select some that are.</p>}
        {wrong && <ErrorNote error={wrong} />}
      </form>
    </Dialog>
  );
}
