import { useMutation, useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { api } from "@/api/calls";
import { headCalls, headKeys } from "@/api/heads";
import { keys } from "@/api/keys";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";
import { asSent, asTyped, drawn, groupsFor, NAMES, ownOf } from "./groups";
import { NOWHERE, Source, type Folders } from "./Source";
import { Watch } from "./Watch";

const SchemaForm = lazy(() => import("@/forms/SchemaForm"));
const KIND = "train-head";

type Spec = Record<string, unknown>;

/** What may be chosen, and what suits the project. */
function useOptions(project: string) {
  const options = useQuery({ queryKey: headKeys.options(project), queryFn: () => headCalls.options(project) });
  const engines = useQuery({ queryKey: keys.engines, queryFn: api.engines });
  const heads = useQuery({ queryKey: headKeys.all, queryFn: headCalls.all });
  const schema = useMemo(() => {
    const encoders = (engines.data ?? []).filter((one) => one.kind === "encoder" && one.ready).map((one) => one.name);
    const known = (heads.data ?? []).map((one) => one.name);
    return options.data && drawn(options.data.schema, encoders, known);
  }, [options.data, engines.data, heads.data]);
  const values = useMemo(() => options.data && asTyped(options.data.values), [options.data]);
  return { schema, values, error: options.error, again: () => void options.refetch() };
}

/** Without what is as it is anyway. */
const changedOf = (spec: Spec, values: Spec): Spec =>
  Object.fromEntries(
    Object.entries(spec).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(values[key])),
  );

interface FieldsProps {
  project: string;
  schema: Spec;
  values: Spec;
  busy: boolean;
  onStarted: (job: string) => void;
}

function Fields({ project, schema, values, busy, onStarted }: FieldsProps) {
  const [changes, setChanges] = useState<Spec>({});
  const [folders, setFolders] = useState<Folders>(NOWHERE);
  const spec = useMemo(() => ({ ...values, ...changes }), [values, changes]);
  const { head } = spec;
  const groups = useMemo(() => groupsFor(head), [head]);
  const own = useMemo(() => {
    const properties = ownOf(head, schema.properties as Record<string, unknown>);
    return { schema: { ...schema, properties }, baseline: ownOf(head, values) };
  }, [head, schema, values]);
  const start = useMutation({
    mutationFn: () => {
      const outside = folders.images !== "" || folders.labels !== "";
      const given = outside
        ? { images: folders.images, labels: folders.labels, labelmap: folders.labelmap || null }
        : { images: null, labels: null, labelmap: null };
      const kept = outside ? { ...spec, of: "objects" } : spec;
      return headCalls.train(project, { spec: asSent(kept), ...given });
    },
    onSuccess: (job) => {
      void queries.invalidateQueries({ queryKey: keys.jobs });
      onStarted(job.id);
    },
  });
  return (
    <div className="stack">
      <SchemaForm
        id="head"
        schema={own.schema}
        value={ownOf(head, spec)}
        baseline={own.baseline}
        groups={groups}
        names={NAMES}
        onChange={(value) => setChanges(changedOf({ ...spec, ...(value as Spec) }, values))}
        onSubmit={() => start.mutate()}
      >
        <Source folders={folders} onChange={setFolders} />
        <div className="row heads-start">
          <Button look="primary" type="submit" disabled={busy || start.isPending}>
            <Play size={16} aria-hidden /> Train the head
          </Button>
          {busy && <span className="muted small">Another head is being trained.</span>}
        </div>
      </SchemaForm>
      {start.error && <ErrorNote error={start.error} />}
    </div>
  );
}

/** Every option of a training, and beside it how the newest one goes. */
export function TrainHead({ project, onHeads }: { project: string; onHeads: () => void }) {
  const { schema, values, error, again } = useOptions(project);
  const { data: jobs } = useJobs();
  const [started, setStarted] = useState("");
  const own = jobs?.filter((job) => job.kind === KIND && (job.project ?? project) === project) ?? [];
  const job = jobs?.find((one) => one.id === started) ?? own[0];
  if (error && !values) return <ErrorNote error={error} onRetry={again} />;
  if (!schema || !values) return <Skeletons count={6} height={36} />;
  return (
    <div className="heads-columns">
      <section aria-label="A new head">
        <Suspense fallback={<Skeletons count={6} height={36} />}>
          <Fields
            project={project}
            schema={schema}
            values={values}
            busy={job !== undefined && isActive(job.state)}
            onStarted={setStarted}
          />
        </Suspense>
      </section>
      <section className="stack heads-watch" aria-label="The newest training">
        {job ? (
          <Watch key={job.id} job={job} project={project} onHeads={onHeads} />
        ) : (
          <p className="muted heads-none">
            Nothing was trained yet. A head learns from the vectors of what is drawn, or of whole images; a fifth of the
            images is held out to measure it.
          </p>
        )}
      </section>
    </div>
  );
}
