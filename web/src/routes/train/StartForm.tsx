import { useMutation, useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Mode, Project, Run } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import type { Schema } from "@/forms/schema";
import { Button } from "@/ui/Button";
import { ago, count, many, percent } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";
import { useRuns } from "./RunList";

const SchemaForm = lazy(() => import("@/forms/SchemaForm"));
const FIRST = ["model", "epochs", "batch_size", "image_size", "optimizer", "augment"];
const OPEN = ["model"];

const MODES: readonly { mode: Mode; name: string; about: string }[] = [
  { mode: "new", name: "New", about: "Start from the weights below." },
  { mode: "finetune", name: "Fine-tune", about: "Start from what another training learned." },
  { mode: "resume", name: "Resume", about: "Go on with a training that stopped, from its last step." },
];

/** The schema with the networks and models that there are to choose from. */
function withChoices(schema: Schema, networks: readonly string[], models: readonly string[]): Schema {
  const text = JSON.stringify(schema);
  const copy = JSON.parse(text) as { $defs?: Record<string, { properties?: Record<string, Schema> }> };
  const part = copy.$defs?.ModelPart?.properties;
  if (part?.name && networks.length > 0) part.name = { ...part.name, enum: networks };
  if (part?.weights) part.weights = { ...part.weights, examples: ["random", ...models] };
  return copy;
}

function useChoices() {
  const schema = useQuery({ queryKey: keys.trainSchema, queryFn: api.trainSchema, staleTime: Infinity });
  const networks = useQuery({ queryKey: keys.networks, queryFn: api.networks, staleTime: Infinity });
  const models = useQuery({ queryKey: keys.models, queryFn: api.models });
  const drawn = useMemo(
    () =>
      schema.data &&
      withChoices(
        schema.data,
        (networks.data ?? []).map((one) => one.name),
        (models.data ?? []).filter((one) => one.kind === "classifier").map((one) => one.name),
      ),
    [schema.data, networks.data, models.data],
  );
  return { schema: drawn, error: schema.error };
}

function Parents({
  mode,
  runs,
  value,
  onChange,
}: {
  mode: Mode;
  runs: readonly Run[];
  value: string;
  onChange: (id: string) => void;
}) {
  if (mode === "new") return null;
  const fit = runs.filter((run) =>
    mode === "finetune"
      ? run.state === "done"
      : !isActive(run.state) && (run.state !== "done" || run.epoch < run.epochs),
  );
  if (fit.length === 0)
    return <p className="muted small">There is no training to {mode === "resume" ? "resume" : "start from"} yet.</p>;
  return (
    <div className="field">
      <label htmlFor="parent">{mode === "resume" ? "Training to go on with" : "Training to start from"}</label>
      <select id="parent" className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">choose</option>
        {fit.map((run) => (
          <option key={run.id} value={run.id}>
            {run.network}, {ago(run.created_at)}, epoch {run.epoch} of {run.epochs}
            {run.metrics?.accuracy === undefined ? "" : `, ${percent(run.metrics.accuracy)}`}
          </option>
        ))}
      </select>
    </div>
  );
}

function Readiness({ about, project }: { about: Project; project: string }) {
  if (about.labelled === 0) {
    return (
      <div className="note warn">
        <div>
          Nothing is labelled yet, so there is nothing to learn from.{" "}
          <Link to={to.browse(project)}>Label some pictures</Link> first.
        </div>
      </div>
    );
  }
  return (
    <p className="muted">
      Learns from {many(about.labelled, "labelled picture")} of {count(about.images)} in{" "}
      {many(about.classes, "class", "classes")}.
    </p>
  );
}

export function StartForm({ project }: { project: string }) {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const about = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const suggested = useQuery({
    queryKey: keys.spec(project),
    queryFn: () => api.suggestedSpec(project),
    enabled: (about.data?.labelled ?? 0) > 0,
  });
  const { schema, error } = useChoices();
  const { data: runs } = useRuns(project);
  const [mode, setMode] = useState<Mode>(() => (search.get("mode") as Mode | null) ?? "new");
  const [parent, setParent] = useState(search.get("parent") ?? "");
  const [edited, setEdited] = useState<unknown>(null);
  const value = (edited ?? suggested.data ?? {}) as Record<string, unknown>;

  const start = useMutation({
    mutationFn: (spec: Record<string, unknown>) =>
      api.startRun(project, { spec, mode, parent: parent === "" ? null : parent }),
    onSuccess: ({ run }) => {
      void queries.invalidateQueries({ queryKey: keys.runs(project) });
      void queries.invalidateQueries({ queryKey: keys.jobs });
      void navigate(to.run(project, run));
    },
  });
  const ready = (about.data?.labelled ?? 0) > 0 && (mode === "new" || parent !== "");

  return (
    <section className="start" aria-labelledby="start-title">
      <h1 id="start-title">New training</h1>
      {about.data && <Readiness about={about.data} project={project} />}
      <fieldset className="mode-choice">
        <legend className="hidden-but-read">From where</legend>
        {MODES.map((one) => (
          <label key={one.mode} className={one.mode === mode ? "mode-option chosen" : "mode-option"}>
            <input
              type="radio"
              name="mode"
              value={one.mode}
              checked={one.mode === mode}
              onChange={() => setMode(one.mode)}
            />
            <b>{one.name}</b>
            <span className="muted small">{one.about}</span>
          </label>
        ))}
      </fieldset>
      <Parents mode={mode} runs={runs ?? []} value={parent} onChange={setParent} />
      {error && <ErrorNote error={error} />}
      {mode === "resume" ? (
        <p className="muted small">
          Its own settings are kept. To train longer, raise the epochs by fine-tuning, or resume from the command line.
        </p>
      ) : (
        <Suspense fallback={<Skeletons count={6} height={40} />}>
          {schema && !suggested.isLoading ? (
            <SchemaForm
              id="spec"
              schema={schema}
              value={value}
              baseline={suggested.data}
              first={FIRST}
              open={OPEN}
              onChange={setEdited}
              onSubmit={(spec) => start.mutate(spec as Record<string, unknown>)}
            />
          ) : (
            <Skeletons count={6} height={40} />
          )}
        </Suspense>
      )}
      {suggested.error && about.data && about.data.labelled > 0 && <ErrorNote error={suggested.error} />}
      {start.error && <ErrorNote error={start.error} />}
      <div className="start-foot">
        <Button
          look="primary"
          disabled={!ready || start.isPending}
          {...(mode === "resume" ? { onClick: () => start.mutate({}) } : { type: "submit", form: "spec" })}
        >
          <Play size={16} aria-hidden /> {mode === "resume" ? "Resume" : "Start training"}
        </Button>
        {edited !== null && mode !== "resume" && (
          <Button look="quiet" onClick={() => setEdited(null)}>
            Back to what suits the data
          </Button>
        )}
      </div>
    </section>
  );
}
