import { useMutation, useQuery } from "@tanstack/react-query";
import { ArchiveRestore, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Confirm, Dialog } from "@/ui/Dialog";
import { ago, many } from "@/ui/format";
import { toasts } from "@/ui/toasts";

const again = () => void queries.invalidateQueries({ queryKey: keys.allRuns });
const onError = (error: unknown) => toasts.fail(error);

/** The trainings that were deleted, of all projects: brought back, or erased for good. */
export function Trash() {
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState(false);
  const { data } = useQuery({ queryKey: keys.runTrash, queryFn: api.runTrash });
  const restore = useMutation({ mutationFn: api.restoreRun, onSuccess: again, onError });
  const empty = useMutation({
    mutationFn: api.emptyRunTrash,
    onSuccess: ({ erased }) => {
      again();
      setAsking(false);
      setOpen(false);
      toasts.say(`${many(erased, "training")} erased`);
    },
    onError,
  });
  if (!data || data.length === 0) return null;
  return (
    <>
      <Button look="quiet" small className="run-trash" onClick={() => setOpen(true)}>
        <Trash2 size={14} aria-hidden /> Trash ({data.length})
      </Button>
      <Dialog
        open={open && !asking}
        onClose={() => setOpen(false)}
        title="Trainings in the trash"
        about="Of all projects. Models that they made are not touched."
        foot={
          <Button look="danger" onClick={() => setAsking(true)}>
            Erase all for good
          </Button>
        }
      >
        <ul className="stack">
          {data.map((run) => (
            <li key={run.id} className="row">
              <span className="grow ellipsis">
                <b>{run.network}</b> <span className="muted small">of {run.project}</span>
              </span>
              <span className="muted small">{ago(run.trashed_at)}</span>
              <Button
                small
                disabled={restore.isPending}
                aria-label={`Restore ${run.network} of ${run.project}`}
                onClick={() => restore.mutate(run.id)}
              >
                <ArchiveRestore size={14} aria-hidden /> Restore
              </Button>
            </li>
          ))}
        </ul>
      </Dialog>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Erase ${many(data.length, "training")}?`}
        about="Checkpoints, curves and reports go for good. Models stay."
        action="Erase for good"
        busy={empty.isPending}
        onConfirm={() => empty.mutate()}
      />
    </>
  );
}
