import { useMutation, useQuery } from "@tanstack/react-query";
import { Camera, GitCompareArrows, RotateCcw, Trash2 } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Snapshot } from "@/api/types";
import { labelled, outbox, queries } from "@/app/services";
import type { ClassLook } from "@/label/look";
import { Button, IconButton } from "@/ui/Button";
import { Confirm, Dialog } from "@/ui/Dialog";
import { ago, count, many } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { Compare } from "./Compare";
import "./snapshots.css";

interface SnapshotsProps {
  project: string;
  looks: readonly ClassLook[];
  onClose: () => void;
}

function Take({ project }: { project: string }) {
  const [name, setName] = useState("");
  const take = useMutation({
    mutationFn: () => api.takeSnapshot(project, name.trim()),
    onSuccess: (made) => {
      setName("");
      toasts.say(`Kept ${many(made.labelled, "label")} as ${made.name}`);
      void queries.invalidateQueries({ queryKey: keys.snapshots(project) });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !take.isPending) take.mutate();
  };
  return (
    <form className="stack tight-stack" onSubmit={submit}>
      <div className="snapshot-take">
        <input
          className="input grow"
          aria-label="Name of the snapshot"
          placeholder="Name, as in “before the clean-up”"
          value={name}
          maxLength={80}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <Button look="primary" type="submit" disabled={name.trim() === "" || take.isPending}>
          <Camera size={16} aria-hidden /> Keep as it is now
        </Button>
      </div>
      {take.error && <ErrorNote error={take.error} />}
    </form>
  );
}

/** Restoring asks first, with what it would change. */
function Restore({ project, one, onClose }: { project: string; one: Snapshot; onClose: () => void }) {
  const { data, error } = useQuery({
    queryKey: keys.diff(project, "now", String(one.id)),
    queryFn: () => api.diffSnapshots(project, "now", String(one.id)),
    staleTime: 0,
  });
  const restore = useMutation({
    mutationFn: () => api.restoreSnapshot(project, one.id),
    onSuccess: (answer) => {
      outbox.learn(answer.images);
      labelled.tell(answer.images);
      toasts.say(answer.description, { hint: "Undo takes it back." });
      void queries.invalidateQueries({ queryKey: ["project", project] });
      onClose();
    },
  });
  const wrong = restore.error ?? error;
  const nothing = data?.changed === 0 && data.classes.length === 0;
  const shown = data?.summary.slice(0, 4).map((row) => `${row.before} → ${row.after}: ${count(row.count)}`);
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Go back to ${one.name}?`}
      about={
        !data
          ? "Comparing."
          : nothing
            ? "The labels are as in this snapshot already."
            : `${many(data.changed, "picture")}${data.classes.length > 0 ? ` and ${many(data.classes.length, "class", "classes")}` : ""} become as they were${shown && shown.length > 0 ? `: ${shown.join("; ")}` : ""}. One undo takes it back.`
      }
      action="Go back"
      busy={!data || nothing || restore.isPending}
      onConfirm={() => restore.mutate()}
      error={wrong && <ErrorNote error={wrong} />}
    />
  );
}

function Forget({ project, one, onClose }: { project: string; one: Snapshot; onClose: () => void }) {
  const forget = useMutation({
    mutationFn: () => api.deleteSnapshot(project, one.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.snapshots(project) });
      onClose();
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Delete the snapshot ${one.name}?`}
      about="The labels stay as they are. The snapshot itself cannot be brought back."
      action="Delete"
      busy={forget.isPending}
      onConfirm={() => forget.mutate()}
      error={forget.error && <ErrorNote error={forget.error} />}
    />
  );
}

/** Named states of all labels: kept, compared, restored. */
export function SnapshotsDialog({ project, looks, onClose }: SnapshotsProps) {
  const { data, error, isPending } = useQuery({
    queryKey: keys.snapshots(project),
    queryFn: () => api.snapshots(project),
  });
  const [comparing, setComparing] = useState<string | null>(null);
  const [restoring, setRestoring] = useState<Snapshot | null>(null);
  const [forgetting, setForgetting] = useState<Snapshot | null>(null);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Snapshots"
      about="All labels and classes under a name, to compare with and to come back to."
      foot={<Button onClick={onClose}>Close</Button>}
    >
      <Take project={project} />
      {error && <ErrorNote error={error} />}
      {isPending && <Skeletons count={3} height={36} />}
      {data?.length === 0 && <p className="muted">None yet. Take one before a clean-up or an import.</p>}
      <ul className="snapshot-list">
        {(data ?? []).map((one) => (
          <li key={one.id} className={comparing === String(one.id) ? "chosen" : ""}>
            <span className="grow ellipsis">
              <b>{one.name}</b>{" "}
              <span className="muted small" title={one.at}>
                {many(one.labelled, "label")}, {ago(one.at)}, {one.actor}
              </span>
            </span>
            <Button
              small
              aria-pressed={comparing === String(one.id)}
              onClick={() => setComparing((now) => (now === String(one.id) ? null : String(one.id)))}
            >
              <GitCompareArrows size={14} aria-hidden /> Compare
            </Button>
            <Button small onClick={() => setRestoring(one)}>
              <RotateCcw size={14} aria-hidden /> Go back
            </Button>
            <IconButton small label={`Delete ${one.name}`} onClick={() => setForgetting(one)}>
              <Trash2 size={14} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {comparing !== null && data && (
        <Compare key={comparing} project={project} looks={looks} snapshots={data} from={comparing} />
      )}
      {restoring && <Restore project={project} one={restoring} onClose={() => setRestoring(null)} />}
      {forgetting && <Forget project={project} one={forgetting} onClose={() => setForgetting(null)} />}
    </Dialog>
  );
}
