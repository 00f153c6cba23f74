import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronDown, LoaderCircle, Sparkles } from "lucide-react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { count, fixed, many, sentence } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Popover } from "@/ui/Popover";
import { Bar } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { HeadReport } from "./HeadReport";
import { TargetProgress } from "./TargetProgress";
import { measured } from "./target";

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
  const said = `${measured(head)}, ${many(head.labels, "label")}, ECE ${fixed(head.ece)}, ${method}`;
  const ahead = head.estimate ? `. ${sentence(head.estimate.text)}` : "";
  return (
    <Popover
      label="Head"
      trigger={
        <button
          type="button"
          className="head-status small"
          aria-label={`What the head has learned: details. ${said}${ahead}`}
          title={`${said}${ahead}`}
        >
          {head.stale && (
            <span className="head-refit">
              <LoaderCircle size={12} className="spin" aria-hidden /> <span>refitting</span>
            </span>
          )}
          <TargetProgress head={head} />
        </button>
      }
    >
      <HeadReport head={head} project={project} />
    </Popover>
  );
}
