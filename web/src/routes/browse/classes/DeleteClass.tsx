import { api } from "@/api/calls";
import type { ClassLook } from "@/label/look";
import { Confirm } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { useTry } from "./useTry";

interface DeleteClassProps {
  project: string;
  look: ClassLook;
  onClose: () => void;
}

/** Deletes a class once it is known how many pictures lose it. */
export function DeleteClass({ project, look, onClose }: DeleteClassProps) {
  const { told, counting, wrong, change } = useTry({
    project,
    question: ["delete", look.id],
    attempt: (how) => api.deleteClass(look.id, how),
    onDone: onClose,
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Delete the class ${look.name}?`}
      about={
        told
          ? `${many(told.changed, "picture")} lose it; those that have nothing else are unlabelled. One undo brings all of it back.`
          : "Counting its pictures."
      }
      action="Delete"
      busy={!told || counting || change.isPending}
      onConfirm={() => change.mutate()}
      error={wrong && <ErrorNote error={wrong} />}
    />
  );
}
