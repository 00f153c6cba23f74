import { useMutation, useQuery } from "@tanstack/react-query";
import { RotateCw, ShieldCheck, Trash2, Undo2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { modelFiles } from "@/api/modelFiles";
import type { ModelDisk, Verified } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { ago, bytes, many } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { KINDS } from "./kinds";
import { Checked } from "./Verify";

const again = () => {
  for (const key of [keys.models, keys.jobs]) void queries.invalidateQueries({ queryKey: key });
};

function Table({
  title,
  about,
  action,
  children,
}: {
  title: string;
  about?: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="stack tight-stack" aria-label={title}>
      <div className="row">
        <h2 className="grow">{title}</h2>
        {action}
      </div>
      {about && <p className="muted small">{about}</p>}
      <div className="card table-scroll">
        <table className="data">
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}

function Begun({ disk }: { disk: ModelDisk }) {
  const [forgetting, setForgetting] = useState<string | null>(null);
  const pull = useMutation({
    mutationFn: (name: string) => api.pullModel(name),
    onSuccess: again,
    onError: (error) => toasts.fail(error),
  });
  const forget = useMutation({
    mutationFn: (name: string) => modelFiles.forgetPull(name),
    onSuccess: () => {
      setForgetting(null);
      again();
    },
    onError: (error) => toasts.fail(error),
  });
  if (disk.partial.length === 0) return null;
  return (
    <Table title="Downloads that have begun" about="They go on where they were.">
      {disk.partial.map((one) => (
        <tr key={one.folder}>
          <th scope="row">{one.name}</th>
          <td className="mono muted">{one.folder}</td>
          <td className="num">{bytes(one.bytes)}</td>
          <td className="disk-do">
            <Button
              small
              disabled={pull.isPending}
              aria-label={`Go on pulling ${one.name}`}
              onClick={() => pull.mutate(one.name)}
            >
              <RotateCw size={14} aria-hidden /> Go on
            </Button>
            <IconButton small label={`Throw away what came of ${one.name}`} onClick={() => setForgetting(one.name)}>
              <Trash2 size={14} aria-hidden />
            </IconButton>
          </td>
        </tr>
      ))}
      {forgetting !== null && (
        <Confirm
          open
          onClose={() => setForgetting(null)}
          title={`Throw away what came of ${forgetting}?`}
          about="It can be pulled again from the beginning."
          action="Throw away"
          busy={forget.isPending}
          onConfirm={() => forget.mutate(forgetting)}
        />
      )}
    </Table>
  );
}

function Trash({ disk }: { disk: ModelDisk }) {
  const [erasing, setErasing] = useState(false);
  const restore = useMutation({
    mutationFn: (key: string) => modelFiles.restore(key),
    onSuccess: (model) => {
      toasts.say(`${model.name} is back`);
      for (const key of [keys.models, keys.engines]) void queries.invalidateQueries({ queryKey: key });
    },
    onError: (error) => toasts.fail(error),
  });
  const erase = useMutation({
    mutationFn: () => modelFiles.erase(""),
    onSuccess: () => {
      setErasing(false);
      again();
    },
    onError: (error) => toasts.fail(error),
  });
  if (disk.trash.length === 0) return null;
  const size = disk.trash.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <Table
      title="Trash"
      action={
        <Button small onClick={() => setErasing(true)}>
          <Trash2 size={14} aria-hidden /> Empty the trash
        </Button>
      }
    >
      {disk.trash.map((one) => (
        <tr key={one.key}>
          <th scope="row">{one.name}</th>
          <td className="muted">{one.kind || "damaged"}</td>
          <td className="muted nowrap">removed {ago(one.trashed_at)}</td>
          <td className="num">{bytes(one.bytes)}</td>
          <td className="disk-do">
            <Button
              small
              disabled={restore.isPending}
              aria-label={`Put ${one.name} back`}
              onClick={() => restore.mutate(one.key)}
            >
              <Undo2 size={14} aria-hidden /> Put back
            </Button>
          </td>
        </tr>
      ))}
      {erasing && (
        <Confirm
          open
          onClose={() => setErasing(false)}
          title="Empty the trash?"
          about={`${many(disk.trash.length, "model")}, ${bytes(size)}, are erased for good.`}
          action="Erase"
          busy={erase.isPending}
          onConfirm={() => erase.mutate()}
        />
      )}
    </Table>
  );
}

function Sizes({ disk }: { disk: ModelDisk }) {
  const used = disk.total_bytes - disk.free_bytes;
  return (
    <>
      <Table title="Models" about={disk.folder}>
        {disk.models.map((one) => (
          <tr key={one.kind}>
            <th scope="row">{one.kind in KINDS ? KINDS[one.kind as keyof typeof KINDS].title : one.kind}</th>
            <td className="num">{bytes(one.bytes)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">Checkpoints of trainings</th>
          <td className="num">{bytes(disk.checkpoints_bytes)}</td>
        </tr>
        <tr>
          <th scope="row">Free on this disk</th>
          <td className="num">
            {bytes(disk.free_bytes)} <span className="muted">of {bytes(used + disk.free_bytes)}</span>
          </td>
        </tr>
      </Table>
      {disk.caches.length > 0 && (
        <Table title="Caches" about="Each folder may be deleted at any time; it fills again as it is needed.">
          {disk.caches.map((one) => (
            <tr key={one.name}>
              <th scope="row">{one.name}</th>
              <td>{one.about}</td>
              <td className="mono muted">{one.path}</td>
              <td className="num">{bytes(one.bytes)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

/** What lies where, whether it is whole, what has begun, and the trash. */
export function Disk() {
  const { data, error, refetch } = useQuery({ queryKey: keys.modelDisk, queryFn: modelFiles.disk });
  const [found, setFound] = useState<Verified | null>(null);
  const verify = useMutation({ mutationFn: modelFiles.verifyAll, onSuccess: setFound, onError: (e) => toasts.fail(e) });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={6} height={32} />;
  return (
    <div className="stack disk">
      <div className="row">
        <p className="muted grow">Everything that belongs to models. Nothing here is asked of the network.</p>
        <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck size={16} aria-hidden /> {verify.isPending ? "Checking …" : "Check all"}
        </Button>
      </div>
      {found?.job ? (
        <p className="note" role="status">
          <span>
            There is much to read: <Link to={to.job(found.job.id)}>a job checks them</Link>.
          </span>
        </p>
      ) : (
        found && <Checked found={found} />
      )}
      <Begun disk={data} />
      <Sizes disk={data} />
      <Trash disk={data} />
    </div>
  );
}
