import { useMutation, useQuery } from "@tanstack/react-query";
import { Play, Square } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, Skipped } from "@/api/types";
import { jobTitle } from "@/app/JobPill";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Log } from "./Log";
import { SkippedList } from "@/routes/projects/Report";
import { Button } from "@/ui/Button";
import { ago, between, count, duration, sentence } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive, WorkBadge } from "@/ui/WorkBadge";

const isSkippedList = (value: unknown): value is Skipped[] =>
  Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null && "reason" in one);

const said = (value: unknown): string =>
  typeof value === "number"
    ? Number.isInteger(value)
      ? count(value)
      : String(Number(value.toPrecision(4)))
    : String(value);

/** What came out: plain values as facts, files that were skipped by their reason. */
function Result({ result }: { result: Record<string, unknown> }) {
  const plain = Object.entries(result).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  const skipped = isSkippedList(result.skipped) ? result.skipped : [];
  if (plain.length === 0 && skipped.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="result-title">
      <h2 id="result-title">Result</h2>
      <dl className="facts">
        {plain.map(([key, value]) => (
          <div key={key} className="facts-row">
            <dt>{key.replaceAll("_", " ")}</dt>
            <dd className={typeof value === "string" ? "mono" : ""}>{said(value)}</dd>
          </div>
        ))}
      </dl>
      {skipped.length > 0 && <SkippedList skipped={skipped} />}
    </section>
  );
}

function useDeeds(job: Job | undefined) {
  const id = job?.id ?? "";
  const onSuccess = () => {
    void queries.invalidateQueries({ queryKey: keys.jobs });
  };
  const onError = (error: unknown) => toasts.fail(error);
  return {
    cancel: useMutation({ mutationFn: () => api.cancelJob(id), onSuccess, onError }),
    resume: useMutation({ mutationFn: () => api.resumeJob(id), onSuccess, onError }),
  };
}

function Progress({ job }: { job: Job }) {
  const tone = job.state === "done" ? "good" : job.state === "failed" ? "bad" : undefined;
  return (
    <div className="stack tight-stack">
      {(isActive(job.state) || job.total !== null) && (
        <Bar
          label={jobTitle(job)}
          done={job.done}
          total={job.state === "done" && job.total === null ? job.done : job.total}
          tone={tone}
        />
      )}
      <p className="row small job-facts">
        {job.total !== null && (
          <span>
            {count(job.done)} of {count(job.total)}
          </span>
        )}
        {job.note && <span className="ellipsis grow">{job.note}</span>}
        {job.rate !== null && isActive(job.state) && (
          <span className="muted">{job.rate >= 10 ? job.rate.toFixed(0) : job.rate.toFixed(1)} per second</span>
        )}
        {job.eta_s !== null && isActive(job.state) && <span className="muted">{duration(job.eta_s)} left</span>}
        {!isActive(job.state) && job.started_at && (
          <span className="muted">took {duration(between(job.started_at, job.finished_at))}</span>
        )}
      </p>
    </div>
  );
}

export function JobView({ id }: { id: string }) {
  const { data: job, error, refetch } = useQuery({ queryKey: keys.job(id), queryFn: () => api.job(id) });
  const { cancel, resume } = useDeeds(job);
  if (error && !job) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!job) return <Skeletons count={3} height={60} />;
  const canResume = job.resumable && !isActive(job.state) && job.state !== "done";
  return (
    <div className="stack job-view">
      <div className="page-head">
        <h2 className="job-title">{jobTitle(job)}</h2>
        <WorkBadge state={job.state} />
        {job.project && <Link to={to.browse(job.project)}>{job.project}</Link>}
        <span className="muted small">{ago(job.created_at)}</span>
        <div className="grow" />
        {isActive(job.state) && (
          <Button onClick={() => cancel.mutate()} disabled={cancel.isPending}>
            <Square size={14} aria-hidden /> Cancel
          </Button>
        )}
        {canResume && (
          <Button look="primary" onClick={() => resume.mutate()} disabled={resume.isPending}>
            <Play size={14} aria-hidden /> Resume
          </Button>
        )}
      </div>
      <Progress job={job} />
      {job.error && (
        <div className="note bad" role="alert">
          <div>
            <div>{sentence(job.error.message)}</div>
            {job.error.hint && <div className="muted small">{sentence(job.error.hint)}</div>}
          </div>
        </div>
      )}
      {job.result && <Result result={job.result} />}
      <Log id={job.id} active={isActive(job.state)} />
    </div>
  );
}
