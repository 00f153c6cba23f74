import { useQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { forms, type JudgeWish, type Worth } from "@/api/forms";
import { keys } from "@/api/keys";
import type { Model, Split } from "@/api/types";
import { useProjects } from "@/app/project";
import { Button } from "@/ui/Button";
import { isActive } from "@/ui/WorkBadge";
import { JobState } from "./JobState";
import { Judged } from "./Judged";
import { useModelJob } from "./useModelJob";

interface Wish {
  readonly on: "project" | "folder";
  readonly project: string;
  readonly folder: string;
  readonly split: Split | "";
  readonly against: string;
}

const asked = (wish: Wish): JudgeWish => ({
  folder: wish.on === "folder" ? wish.folder.trim() : null,
  project: wish.on === "project" ? wish.project || null : null,
  split: wish.split || null,
  against: wish.against || null,
});

/** Models that answer the same question. */
function useRivals(model: Model): readonly Model[] {
  const { data } = useQuery({ queryKey: keys.models, queryFn: () => api.models() });
  const ours = [...(model.classes ?? [])].sort().join("\n");
  return (data ?? []).filter(
    (one) =>
      one.id !== model.id &&
      one.kind === "classifier" &&
      [...(one.classes ?? [])].sort().join("\n") === ours &&
      !one.fault,
  );
}

function Where({ wish, onChange }: { wish: Wish; onChange: (wish: Wish) => void }) {
  const { data: projects } = useProjects();
  return (
    <>
      <div className="row" role="radiogroup" aria-label="Judge it on">
        {(["project", "folder"] as const).map((one) => (
          <label key={one} className="check">
            <input
              type="radio"
              name="judge-on"
              checked={wish.on === one}
              onChange={() => onChange({ ...wish, on: one })}
            />
            {one === "project" ? "A project" : "A folder with a folder for each class"}
          </label>
        ))}
      </div>
      {wish.on === "folder" ? (
        <div className="field">
          <label htmlFor="judge-folder">Folder on the server</label>
          <input
            id="judge-folder"
            className="input mono"
            value={wish.folder}
            placeholder="/home/me/photos"
            spellCheck={false}
            onChange={(event) => onChange({ ...wish, folder: event.target.value })}
          />
        </div>
      ) : (
        <div className="field">
          <label htmlFor="judge-project">Project</label>
          <select
            id="judge-project"
            className="input"
            value={wish.project}
            onChange={(event) => onChange({ ...wish, project: event.target.value })}
          >
            {(projects ?? []).map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}

/** Asks a model about pictures whose class is known. */
export function JudgeModel({ model }: { model: Model }) {
  return model.kind === "classifier" && !model.fault ? <Judging model={model} /> : null;
}

function Judging({ model }: { model: Model }) {
  const { data: projects } = useProjects();
  const rivals = useRivals(model);
  const [said, setSaid] = useState<Partial<Wish>>({});
  const own = projects?.some((one) => one.name === model.project) ? model.project : projects?.[0]?.name;
  const wish: Wish = {
    on: projects?.length === 0 ? "folder" : "project",
    project: own ?? "",
    folder: "",
    split: "",
    against: "",
    ...said,
  };
  const { start, job } = useModelJob(
    "evaluate-model",
    (one) => (one.result?.model as { id?: string } | undefined)?.id === model.id,
    (body: JudgeWish) => forms.judge(model.id, body),
  );
  const busy = start.isPending || (job !== undefined && isActive(job.state));
  const ready = wish.on === "folder" ? wish.folder.trim() !== "" : wish.project !== "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ready && !busy) start.mutate(asked(wish));
  };
  return (
    <section className="card stack" aria-labelledby="judge-title">
      <h2 id="judge-title">Judge</h2>
      <p className="muted small">
        The model is asked now, about pictures whose class is known: how often it is right, by class, and where not.
      </p>
      <form className="stack" onSubmit={submit}>
        <Where wish={wish} onChange={setSaid} />
        <div className="model-more">
          <div className="field">
            <label htmlFor="judge-split">Split</label>
            <select
              id="judge-split"
              className="input"
              value={wish.split}
              onChange={(event) => setSaid({ ...wish, split: event.target.value as Split | "" })}
            >
              <option value="">test, else val, else train</option>
              <option>test</option>
              <option>val</option>
              <option>train</option>
            </select>
          </div>
          <div className="field">
            <label htmlFor="judge-against">Compare with</label>
            <select
              id="judge-against"
              className="input"
              value={wish.against}
              disabled={rivals.length === 0}
              onChange={(event) => setSaid({ ...wish, against: event.target.value })}
            >
              <option value="">{rivals.length === 0 ? "no other model of these classes" : "nothing"}</option>
              {rivals.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </div>
        </div>
        <div className="row">
          <Button look="primary" type="submit" disabled={!ready || busy}>
            <Scale size={16} aria-hidden /> {busy ? "Judging …" : "Judge"}
          </Button>
        </div>
      </form>
      <JobState job={job} label="Judging" />
      {job?.state === "done" && job.result && <Judged found={job.result as unknown as Worth} />}
    </section>
  );
}
