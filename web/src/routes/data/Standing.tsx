import { useMutation, useQuery } from "@tanstack/react-query";
import { LoaderCircle, RefreshCw, ScanSearch, Square } from "lucide-react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Analysis } from "@/api/types";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { ago, duration, many, sentence } from "@/ui/format";
import { Bar } from "@/ui/States";
import { toasts } from "@/ui/toasts";

const fail = (error: unknown) => toasts.fail(error);

async function lookAgain(project: string): Promise<void> {
  await queries.invalidateQueries({ queryKey: keys.jobs });
  await queries.invalidateQueries({ queryKey: keys.analysis(project) });
}

/** Starts an analysis. */
export function useAnalysing(project: string) {
  return useMutation({
    mutationFn: (refresh: boolean) => api.analyse(project, { refresh, near: true }),
    onSuccess: () => lookAgain(project),
    onError: fail,
  });
}

/** How far the job is, with a stop. What it looked at stays. */
function Working({ id, project }: { id: string; project: string }) {
  const { data: job } = useQuery({ queryKey: keys.job(id), queryFn: () => api.job(id), refetchInterval: 1_000 });
  const stop = useMutation({
    mutationFn: () => api.cancelJob(id),
    onSuccess: () => lookAgain(project),
    onError: fail,
  });
  const share = job?.total ? job.done / job.total : null;
  return (
    <div className="data-job small" role="status">
      <LoaderCircle size={14} className="spin" aria-hidden />
      <span>{job?.state === "queued" ? "Waiting for another job" : sentence(job?.note || "starting")}</span>
      <span className="data-job-bar">
        <Bar label="Analysing" done={job?.done ?? 0} total={job?.total ?? null} />
      </span>
      <span className="muted tabular">
        {share !== null && `${Math.round(share * 100)} %`}
        {job?.eta_s ? `, ${duration(job.eta_s)} left` : ""}
      </span>
      <Button small look="quiet" disabled={stop.isPending} onClick={() => stop.mutate()}>
        <Square size={12} aria-hidden /> Stop
      </Button>
    </div>
  );
}

/** When the pictures were looked at, and what there is to do about it. */
export function Standing({ project, about }: { project: string; about: Analysis }) {
  const analysing = useAnalysing(project);
  const look = (refresh: boolean) => () => analysing.mutate(refresh);
  if (about.job !== null) return <Working id={about.job} project={project} />;
  if (about.state !== "ready") {
    const begun = about.looked_at > 0;
    return (
      <div className="note data-first">
        <ScanSearch size={20} aria-hidden />
        <div className="grow">
          <div>
            {begun
              ? `${many(about.new, "picture")} were not looked at yet; the analysis was stopped.`
              : "Nobody has looked into the pictures yet: what follows is counted from the labels."}
          </div>
          <div className="muted small">
            An analysis finds damage, doubles, leaks between splits, and what is dark, blurred or odd. It runs in the
            background.
          </div>
        </div>
        <Button look="primary" disabled={analysing.isPending} onClick={look(false)}>
          {begun ? "Go on" : `Look at ${many(about.new, "picture")}`}
        </Button>
      </div>
    );
  }
  return (
    <div className="row small">
      <span className="muted">
        Looked at {ago(about.at)}
        {about.seconds !== null && `, in ${duration(about.seconds)}`}
      </span>
      {about.stale ? (
        <Button small className="refresh-old" disabled={analysing.isPending} onClick={look(false)}>
          <RefreshCw size={14} aria-hidden /> {many(about.new, "new picture")}: look at{" "}
          {about.new === 1 ? "it" : "them"}
        </Button>
      ) : (
        <Button small look="quiet" disabled={analysing.isPending} onClick={look(false)}>
          <RefreshCw size={14} aria-hidden /> Check again
        </Button>
      )}
    </div>
  );
}
