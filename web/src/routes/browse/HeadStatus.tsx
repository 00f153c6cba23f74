import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronDown, LoaderCircle, Sparkles } from "lucide-react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Head } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { Reliability } from "@/plot/Reliability";
import { Button } from "@/ui/Button";
import { ago, count, fixed, many, percent } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Popover } from "@/ui/Popover";
import { Bar } from "@/ui/States";
import { toasts } from "@/ui/toasts";

function Hint() {
  return (
    <span className="muted small ellipsis" title="The machine learns from labels of at least two classes.">
      Label two classes, and it learns
    </span>
  );
}

/** Offers to embed, and shows how far that is. */
export function Embed({ project }: { project: string }) {
  const { data: engines } = useQuery({ queryKey: keys.engines, queryFn: api.engines });
  const { data: jobs } = useJobs();
  const start = useMutation({
    mutationFn: (engine: string) => api.embed(project, engine),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.jobs }),
    onError: (error) => toasts.fail(error),
  });
  const done = jobs?.some((one) => one.project === project && one.kind === "embed" && one.state === "done");
  const job = jobs?.find(
    (one) => one.project === project && one.kind === "embed" && ["queued", "running"].includes(one.state),
  );
  if (job) {
    return (
      <span className="head-status small" role="status">
        <span>Embedding</span>
        <span className="head-bar">
          <Bar label="Embedding" done={job.done} total={job.total} />
        </span>
        <span className="muted">{job.total ? `${count(job.done)} / ${count(job.total)}` : job.note}</span>
      </span>
    );
  }
  if (done) return <Hint />;
  const encoders = (engines ?? []).filter((engine) => engine.kind === "encoder");
  return (
    <Menu
      trigger={
        <Button small disabled={start.isPending || encoders.length === 0}>
          <Sparkles size={14} aria-hidden /> Embed the pictures <ChevronDown size={12} aria-hidden />
        </Button>
      }
      items={encoders.map((engine) => ({
        label: engine.ready
          ? `${engine.name}: ${engine.description}`
          : `${engine.name}: ${engine.missing ?? "not ready"}`,
        disabled: !engine.ready,
        onSelect: () => start.mutate(engine.name),
      }))}
    />
  );
}

function HeadReport({ head, project }: { head: Head; project: string }) {
  const refit = useMutation({
    mutationFn: () => api.trainHead(project),
    onSuccess: (next) => queries.setQueryData(keys.head(project), next),
    onError: (error) => toasts.fail(error),
  });
  return (
    <div className="stack head-report">
      <h2>Head on {head.encoder}</h2>
      <Reliability bins={head.reliability} />
      <dl className="facts">
        <dt>Labels</dt>
        <dd>{count(head.labels)}</dd>
        <dt>Held-out accuracy</dt>
        <dd>{percent(head.accuracy)}</dd>
        <dt>Held-out log loss</dt>
        <dd>{fixed(head.log_loss)}</dd>
        <dt>Calibration error (ECE)</dt>
        <dd>{fixed(head.ece)}</dd>
        <dt>Calibrated by</dt>
        <dd>{head.method}</dd>
        <dt>Fitted</dt>
        <dd>{ago(head.at)}</dd>
      </dl>
      <Button small disabled={refit.isPending} onClick={() => refit.mutate()}>
        {refit.isPending ? "Refitting …" : "Refit now"}
      </Button>
    </div>
  );
}

/** What the machine has learned of the labels so far. */
export function HeadStatus({ project }: { project: string }) {
  const { data: head, isPending } = useQuery({ queryKey: keys.head(project), queryFn: () => api.head(project) });
  const { data: about } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (isPending || !about || about.images === 0) return null;
  if (!head) {
    if (!about.queue_ready) return <Embed project={project} />;
    return <Hint />;
  }
  const method = head.method === "none" ? "uncalibrated" : `calibrated by ${head.method}`;
  const said = `${percent(head.accuracy)} on held-out labels, ${many(head.labels, "label")}, ECE ${fixed(head.ece)}, ${method}`;
  return (
    <Popover
      label="Head"
      trigger={
        <button
          type="button"
          className="head-status small"
          aria-label={`What the head has learned: details. ${said}`}
          title={said}
        >
          {head.stale && (
            <span className="head-refit">
              <LoaderCircle size={12} className="spin" aria-hidden /> <span>refitting</span>
            </span>
          )}
          <span>
            <b>{percent(head.accuracy)}</b> held out
          </span>
          <span className="head-more">{many(head.labels, "label")}</span>
          <span className="muted head-most">ECE {fixed(head.ece)}</span>
          <span className="muted head-most">{head.method === "none" ? "uncalibrated" : head.method}</span>
        </button>
      }
    >
      <HeadReport head={head} project={project} />
    </Popover>
  );
}
