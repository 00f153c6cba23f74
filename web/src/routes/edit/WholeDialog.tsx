import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { BulkEdit } from "@/api/types";
import { announce, queries } from "@/app/services";
import { keys } from "@/api/keys";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import type { EditState } from "./crop";

type Way = "this" | "turn" | "square" | "reset";

const WAYS: readonly [Way, string][] = [
  ["this", "The edit of this picture"],
  ["turn", "A quarter turn to the right, on top of their own"],
  ["square", "Squares from the middle"],
  ["reset", "Nothing: take all edits back"],
];

function bodyOf(way: Way, view: string, edit: EditState): BulkEdit {
  if (way === "this") return { view, edit: { ...edit, crop: [...edit.crop] } };
  if (way === "turn") return { view, turn: 90 };
  return way === "square" ? { view, edit: { aspect: 1 } } : { view, reset: true };
}

interface Props {
  project: string;
  view: string;
  size: number;
  edit: EditState;
  /** Resolves once the pictures are shown as they are now, so that what is done next is not refused. */
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** One edit for the whole view: first how many pictures it changes, then as one step of undo. */
export function WholeDialog({ project, view, size, edit, onDone, onClose }: Props) {
  const [way, setWay] = useState<Way>("this");
  const body = bodyOf(way, view, edit);
  const looked = useQuery({
    queryKey: ["edit-many", project, body],
    queryFn: () => api.editMany(project, { ...body, dry_run: true }),
    staleTime: 0,
  });
  const changed = looked.data?.changed ?? 0;
  const apply = useMutation({
    mutationFn: () => api.editMany(project, { ...body, expect: changed }),
    onSuccess: async (done) => {
      void queries.invalidateQueries({ queryKey: keys.images });
      void queries.invalidateQueries({ queryKey: keys.journal(project) });
      await onDone();
      toasts.say(done.description);
      announce(done.description);
      onClose();
    },
    onError: () => void looked.refetch(),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Edit all ${many(size, "picture")}`}
      about="The files stay as they are. It is one undo step."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={!looked.data || changed === 0 || apply.isPending}
            onClick={() => apply.mutate()}
          >
            {looked.data ? `Change ${many(changed, "picture")}` : "Counting …"}
          </Button>
        </>
      }
    >
      <fieldset className="radio-list">
        <legend className="hidden-but-read">What to do</legend>
        {WAYS.map(([name, text]) => (
          <label key={name} className="check">
            <input type="radio" name="way" checked={way === name} onChange={() => setWay(name)} />
            {text}
          </label>
        ))}
      </fieldset>
      {looked.data && changed < size && <p className="muted small">{count(size - changed)} are so already.</p>}
      {(looked.error ?? apply.error) && <ErrorNote error={looked.error ?? apply.error} />}
    </Dialog>
  );
}
