import { useMutation, useQuery } from "@tanstack/react-query";
import { CloudUpload } from "lucide-react";
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { keys } from "@/api/keys";
import { pushCalls } from "@/api/pushing";
import type { Model } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { bytes } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";

const REPO = /^[\w.-]+\/[\w.-]+$/;

interface Files {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly total: number;
}

function FileTable({ files, total }: Files) {
  return (
    <table className="data">
      <caption className="hidden-but-read">Files that would be pushed</caption>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col" className="num">
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map((one) => (
          <tr key={one.name}>
            <td className="mono">{one.name}</td>
            <td className="num">{bytes(one.bytes)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">All</th>
          <td className="num">{bytes(total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** Shows every file that a push would send, and sends them when that is asked for. */
function PushDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const navigate = useNavigate();
  const [repo, setRepo] = useState("");
  const [isPrivate, setPrivate] = useState(true);
  const field = useId();
  const { data: plan, error } = useQuery({
    queryKey: ["push", model.id],
    queryFn: () => pushCalls.plan(model.id),
    retry: false,
  });
  const push = useMutation({
    mutationFn: () => pushCalls.push(model.id, repo.trim(), isPrivate),
    onSuccess: (job) => {
      void queries.invalidateQueries({ queryKey: keys.jobs });
      void navigate(to.job(job.id));
    },
  });
  const ready = plan !== undefined && plan.token !== "" && REPO.test(repo.trim()) && !push.isPending;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Push ${model.name}`}
      about={`These files would go to ${plan?.endpoint ?? "the hub"}. Nothing has been sent yet.`}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <div className="grow" />
          <Button look="primary" disabled={!ready} onClick={() => push.mutate()}>
            <CloudUpload size={16} aria-hidden /> {push.isPending ? "Starting …" : "Push"}
          </Button>
        </>
      }
    >
      {error && <ErrorNote error={error} />}
      {!plan && !error && <Skeletons count={3} height={28} />}
      {plan && (
        <>
          <div className="field">
            <label htmlFor={field}>Repository</label>
            <input
              id={field}
              className="input"
              value={repo}
              placeholder="owner/name"
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setRepo(event.target.value)}
            />
          </div>
          <label className="check">
            <input type="checkbox" checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
            Make it private, if it is not there yet
          </label>
          {plan.token === "" && (
            <p className="note warn">
              The server has no token. Start it with <code className="mono">SIGHTLINE_HUB_TOKEN</code> or{" "}
              <code className="mono">HF_TOKEN</code> in its environment.
            </p>
          )}
          {plan.licence === "" && <p className="note warn">The model’s card notes no licence.</p>}
          {plan.forced && <p className="note warn">This model lost more than its limit when it was exported.</p>}
          <FileTable files={plan.files} total={plan.bytes} />
        </>
      )}
      {push.error && <ErrorNote error={push.error} />}
    </Dialog>
  );
}

/** The button that opens it. */
export function Push({ model }: { model: Model }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <CloudUpload size={16} aria-hidden /> Push
      </Button>
      {open && <PushDialog model={model} onClose={() => setOpen(false)} />}
    </>
  );
}
