import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, Info, MoreHorizontal, Plus, Shapes, Trash2 } from "lucide-react";
import { useState } from "react";
import { headCalls, headFile, headKeys, type HeadUse, type TrainedHead } from "@/api/heads";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { Button, IconButton } from "@/ui/Button";
import { Confirm, Dialog } from "@/ui/Dialog";
import { ago, bytes, many, percent, sentence } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { AddHead } from "./AddHead";
import { cardOf, onCard as measured } from "./facts";
import { InUse } from "./InUse";
import { PerClass } from "./PerClass";
import { useActivate } from "./useActivate";

function Card({ head, onClose }: { head: TrainedHead; onClose: () => void }) {
  const figures = measured(head);
  return (
    <Dialog open wide onClose={onClose} title={head.name} about={many(head.classes.length, "class", "classes")}>
      <dl className="facts">
        {cardOf(head).map(([name, value]) => (
          <div className="facts-row" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {figures.classes.length > 0 ? (
        <PerClass rows={figures.classes} />
      ) : (
        <p className="muted">
          Nothing was measured of this head. Its classes: {head.classes.slice(0, 40).join(", ")}
          {head.classes.length > 40 ? " …" : ""}
        </p>
      )}
    </Dialog>
  );
}

interface RowProps {
  head: TrainedHead;
  project: string;
  onCard: () => void;
  onRemove: () => void;
}

function Row({ head, project, onCard, onRemove }: RowProps) {
  const activate = useActivate(project);
  const { macro_f1 } = measured(head);
  const here = head.used.filter((one) => one.project === project).map((one) => one.use);
  const elsewhere = new Set(head.used.filter((one) => one.project !== project).map((one) => one.project));
  const activateFor = (as: HeadUse) => activate.mutate({ head: head.id, use: as });
  return (
    <tr>
      <th scope="row" className="model-name">
        <button type="button" className="head-name" onClick={onCard}>
          {head.name}
        </button>
        {here.map((one) => (
          <span key={one} className="badge good">
            {one}
          </span>
        ))}
        {elsewhere.size > 0 && <span className="badge">{many(elsewhere.size, "other project")}</span>}
        {head.fault && <div className="head-fault small">{sentence(head.fault)}</div>}
      </th>
      <td>{String(head.head.encoder)}</td>
      <td className="num">{head.classes.length}</td>
      <td className="num">{percent(macro_f1)}</td>
      <td className="num muted">{bytes(head.bytes)}</td>
      <td className="muted">{ago(head.created_at)}</td>
      <td>
        <div className="row head-deeds">
          <Button
            small
            disabled={head.fault !== "" || activate.isPending || here.includes("boxes")}
            aria-label={`Use ${head.name} for boxes`}
            onClick={() => activateFor("boxes")}
          >
            Use for boxes
          </Button>
          <Menu
            trigger={
              <IconButton label={`More of ${head.name}`} small>
                <MoreHorizontal size={14} aria-hidden />
              </IconButton>
            }
            items={[
              {
                label: "Use for whole images",
                icon: <Shapes size={14} aria-hidden />,
                hint: "Queue and guesses then come from it",
                disabled: head.fault !== "" || here.includes("images"),
                onSelect: () => activateFor("images"),
              },
              { label: "Card and measures", icon: <Info size={14} aria-hidden />, onSelect: onCard },
              {
                label: "Download as ZIP",
                icon: <Download size={14} aria-hidden />,
                onSelect: () => window.location.assign(headFile(head.id)),
              },
              {
                label: "Remove",
                icon: <Trash2 size={14} aria-hidden />,
                danger: true,
                apart: true,
                onSelect: onRemove,
              },
            ]}
          />
        </div>
      </td>
    </tr>
  );
}

function Removing({ head, onClose }: { head: TrainedHead; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => headCalls.remove(head.id),
    onSuccess: () => {
      for (const key of [headKeys.all, keys.models, ["project"]]) void queries.invalidateQueries({ queryKey: key });
      toasts.say(`Removed ${head.name}`, { hint: "It lies in the workspace's trash." });
      onClose();
    },
  });
  const users = [...new Set(head.used.map((one) => one.project))];
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove ${head.name}?`}
      about={
        users.length > 0
          ? `${users.join(", ")} use it, and would use none from then on. It goes to the trash.`
          : "No project uses it. It goes to the trash."
      }
      action="Remove"
      busy={remove.isPending}
      error={remove.error && <ErrorNote error={remove.error} />}
      onConfirm={() => remove.mutate()}
    />
  );
}

function Table({ heads, project }: { heads: readonly TrainedHead[]; project: string }) {
  const [shown, setShown] = useState<TrainedHead | null>(null);
  const [removing, setRemoving] = useState<TrainedHead | null>(null);
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Heads">
      <table className="data heads-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Encoder</th>
            <th scope="col" className="num">
              Classes
            </th>
            <th
              scope="col"
              className="num"
              title="Mean F1 over the classes that an object can have, on held-out images"
            >
              Macro F1
            </th>
            <th scope="col" className="num">
              Size
            </th>
            <th scope="col">Made</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {heads.map((head) => (
            <Row
              key={head.id}
              head={head}
              project={project}
              onCard={() => setShown(head)}
              onRemove={() => setRemoving(head)}
            />
          ))}
        </tbody>
      </table>
      {shown && <Card head={shown} onClose={() => setShown(null)} />}
      {removing && <Removing head={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}

/** All heads of the workspace, and which of them this project uses. */
export function HeadList({ project, onTrain }: { project: string; onTrain: () => void }) {
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: headKeys.all, queryFn: headCalls.all });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={4} height={40} />;
  const add = (
    <Button onClick={() => setAdding(true)}>
      <Plus size={16} aria-hidden /> Add a head
    </Button>
  );
  return (
    <div className="stack">
      {data.length === 0 ? (
        <Empty
          icon={<Shapes size={32} aria-hidden />}
          title="No heads yet"
          action={
            <>
              <Button look="primary" onClick={onTrain}>
                Train one
              </Button>
              {add}
            </>
          }
        >
          A head names what a box shows, or a whole image, from an encoder&apos;s vectors. It is trained in seconds and
          can be handed on.
        </Empty>
      ) : (
        <>
          <div className="row heads-top">
            <InUse project={project} />
            <span className="grow" />
            {add}
          </div>
          <Table heads={data} project={project} />
        </>
      )}
      {adding && <AddHead onClose={() => setAdding(false)} />}
    </div>
  );
}
