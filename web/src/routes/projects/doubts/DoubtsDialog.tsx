import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleHelp, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { doubtCalls, doubtPicture, type Doubt } from "@/api/doubts";
import { keys } from "@/api/keys";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Confirm, Dialog } from "@/ui/Dialog";
import { ago, bytes, many } from "@/ui/format";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { moved, said, why } from "./words";
import "./doubts.css";

interface DoubtsProps {
  project: string;
  open: boolean;
  onClose: () => void;
}

function Tile({ project, doubt, chosen, onChoose }: TileProps) {
  return (
    <li>
      <label className="doubt">
        <img src={doubtPicture(project, doubt.id)} alt="" loading="lazy" decoding="async" />
        <span className="doubt-text">
          <b className="ellipsis">{said(doubt)}</b>
          <span className="muted small">{why(doubt)}</span>
          <span className="muted small ellipsis">
            {doubt.model_name}, {ago(doubt.at)}
          </span>
        </span>
        <input
          type="checkbox"
          checked={chosen}
          onChange={onChoose}
          aria-label={`Choose the picture of which was said: ${said(doubt)}`}
        />
      </label>
    </li>
  );
}

interface TileProps {
  project: string;
  doubt: Doubt;
  chosen: boolean;
  onChoose: () => void;
}

function Moved({ models }: { models: readonly string[] }) {
  if (models.length === 0) return null;
  return (
    <p className="note warn" role="status">
      <TriangleAlert size={16} color="var(--warn)" aria-hidden />
      <span>
        What {models.join(", ")} is asked has moved away from the pictures of this project. Its accuracy here says
        little about them: label some of them, chosen by chance.
      </span>
    </p>
  );
}

function useDeeds(project: string, onTaken: () => void) {
  const stale = () => {
    void queries.invalidateQueries({ queryKey: keys.doubts(project) });
    void queries.invalidateQueries({ queryKey: keys.projects });
  };
  const onError = (error: unknown) => toasts.fail(error);
  const taking = useMutation({
    mutationFn: (ids: string[] | null) => doubtCalls.take(project, ids),
    onSuccess: ({ taken, known }) => {
      stale();
      const hint = known > 0 ? `${many(known, "picture")} of them was here already.` : "";
      toasts.say(`Took ${many(taken, "picture")}`, { tone: "good", hint });
      onTaken();
    },
    onError,
  });
  const clearing = useMutation({
    mutationFn: (ids: string[] | null) => doubtCalls.clear(project, ids),
    onSuccess: ({ removed }) => {
      stale();
      toasts.say(`Threw ${many(removed, "picture")} away`);
    },
    onError,
  });
  return { taking, clearing };
}

/** What served models were unsure of: looked at, taken to be labelled, or thrown away. */
export function DoubtsDialog({ project, open, onClose }: DoubtsProps) {
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: keys.doubts(project),
    queryFn: () => doubtCalls.all(project),
    enabled: open,
    refetchOnMount: "always",
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [sure, setSure] = useState(false);
  const items = data?.items ?? [];
  const picked = items.filter((one) => chosen.has(one.id)).map((one) => one.id);
  const which = picked.length > 0 ? picked : null;
  const { taking, clearing } = useDeeds(project, () => {
    onClose();
    void navigate(`${to.browse(project)}?queue=served`);
  });
  const busy = taking.isPending || clearing.isPending;
  const choose = (id: string) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  const foot = items.length > 0 && (
    <>
      <Button look="danger" disabled={busy} onClick={() => (which ? clearing.mutate(which) : setSure(true))}>
        {which ? `Throw ${which.length} away` : "Throw all away"}
      </Button>
      <div className="grow" />
      <Button look="primary" disabled={busy} onClick={() => taking.mutate(which)}>
        {taking.isPending ? "Taking …" : which ? `Take ${which.length} and label` : "Take all and label"}
      </Button>
    </>
  );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Doubts of served models: ${project}`}
      about="Pictures that were sent to a served model and that it was unsure of. Those you take become pictures of the project and wait in a queue of their own."
      wide
      foot={foot}
    >
      {error && !data && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeletons count={2} height={72} />}
      {data && <Moved models={moved(data.told)} />}
      {data && items.length > 0 && (
        <p className="muted small">
          {many(items.length, "picture")}, {bytes(data.bytes)}; at most {data.keep.toLocaleString("en")} are kept, the
          most doubtful.
        </p>
      )}
      {data && items.length === 0 && (
        <Empty icon={<CircleHelp size={32} aria-hidden />} title="No doubts">
          Keep them while a model serves: <br />
          <code className="mono">sightline serve MODEL --keep-doubts {project}</code>
        </Empty>
      )}
      <Confirm
        open={sure}
        onClose={() => setSure(false)}
        title={`Throw ${many(items.length, "picture")} away?`}
        about="Nothing brings them back. Pictures that were taken into the project stay."
        action="Throw away"
        onConfirm={() => {
          setSure(false);
          clearing.mutate(null);
        }}
      />
      <ul className="doubts">
        {items.map((doubt) => (
          <Tile
            key={doubt.id}
            project={project}
            doubt={doubt}
            chosen={chosen.has(doubt.id)}
            onChoose={() => choose(doubt.id)}
          />
        ))}
      </ul>
    </Dialog>
  );
}
