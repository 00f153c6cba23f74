import { useState } from "react";
import { api } from "@/api/calls";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import "./classes.css";
import { useTry } from "./useTry";

interface MergeClassProps {
  project: string;
  look: ClassLook;
  looks: readonly ClassLook[];
  onClose: () => void;
}

/** Makes one class, and others besides, part of another. */
export function MergeClass({ project, look, looks, onClose }: MergeClassProps) {
  const others = looks.filter((one) => one.id !== look.id);
  const [into, setInto] = useState<number | null>(null);
  const { told, counting, wrong, change } = useTry({
    project,
    question: ["merge", look.id, into],
    attempt: into === null ? null : (how) => api.mergeClasses(project, [look.id], into, how),
    onDone: onClose,
  });
  const target = others.find((one) => one.id === into);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Merge ${look.name} into another class`}
      about={`${look.name} goes, and its pictures bear the other class. One undo brings all of it back.`}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!told || counting || change.isPending} onClick={() => change.mutate()}>
            {told && target ? `Merge ${many(told.changed, "picture")}` : "Merge"}
          </Button>
        </>
      }
    >
      <fieldset className="class-pick">
        <legend>Into</legend>
        {others.map((one) => (
          <label key={one.id}>
            <input type="radio" name="into" checked={into === one.id} onChange={() => setInto(one.id)} />
            <Swatch look={one} />
            <span className="grow ellipsis">{one.name}</span>
            <span className="muted num">{count(one.count)}</span>
          </label>
        ))}
      </fieldset>
      {others.length === 0 && <p className="muted small">There is no other class.</p>}
      {wrong && <ErrorNote error={wrong} />}
    </Dialog>
  );
}
