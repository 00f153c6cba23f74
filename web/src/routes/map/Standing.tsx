import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, LoaderCircle, MapPinned, RefreshCw, Sparkles, Square } from "lucide-react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, MapAbout } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { duration, many, sentence } from "@/ui/format";
import { Bar, Empty } from "@/ui/States";
import { toasts } from "@/ui/toasts";

const fail = (error: unknown) => toasts.fail(error);
const lookAgain = () => queries.invalidateQueries({ queryKey: keys.jobs });

/** Starts the making of a map. */
export function useMaking(project: string, method: string) {
  return useMutation({
    mutationFn: (mode: "auto" | "update" | "new") => api.makeMap(project, { method, mode }),
    onSuccess: async () => {
      await lookAgain();
      await queries.invalidateQueries({ queryKey: keys.map(project, method), exact: true });
    },
    onError: fail,
  });
}

/** A job's progress, with a stop. */
export function JobProgress({ id }: { id: string }) {
  const { data: job } = useQuery({ queryKey: keys.job(id), queryFn: () => api.job(id), refetchInterval: 1_000 });
  const stop = useMutation({ mutationFn: () => api.cancelJob(id), onSuccess: lookAgain, onError: fail });
  if (!job) return null;
  const share = job.total ? job.done / job.total : null;
  const waiting = job.state === "queued";
  return (
    <div className="map-job small" role="status">
      <LoaderCircle size={14} className="spin" aria-hidden />
      <span>{waiting ? "Waiting for another job" : sentence(job.note || "starting")}</span>
      <span className="map-job-bar">
        <Bar label="Making the map" done={job.done} total={job.total} />
      </span>
      <span className="muted tabular">
        {share !== null && `${Math.round(share * 100)} %`}
        {job.eta_s !== null && job.eta_s > 0 && `, ${duration(job.eta_s)} left`}
      </span>
      <Button small look="quiet" disabled={stop.isPending} onClick={() => stop.mutate()}>
        <Square size={12} aria-hidden /> Stop
      </Button>
    </div>
  );
}

/** The job of a kind that is at work for a project. */
function useWork(project: string, kind: string): Job | null {
  const { data: jobs } = useJobs();
  return (
    jobs?.find((one) => one.project === project && one.kind === kind && ["queued", "running"].includes(one.state)) ??
    null
  );
}

/** What the page says while there is no map to show. */
export function NoMap({ project, about }: { project: string; about: MapAbout }) {
  const making = useMaking(project, about.method);
  const embedding = useWork(project, "embed");
  const embed = useMutation({
    mutationFn: () => api.embed(project, ""),
    onSuccess: lookAgain,
    onError: fail,
  });
  const title = about.methods.find((one) => one.name === about.method)?.title ?? about.method;
  const icon = <MapPinned size={32} aria-hidden />;
  const job = embedding?.id ?? about.job;
  if (job !== null) {
    return (
      <Empty
        icon={icon}
        title={embedding ? "Embedding the pictures" : `Making the ${title} map`}
        action={<JobProgress id={job} />}
      >
        You can go on elsewhere: it is made in the background.
      </Empty>
    );
  }
  if (about.total === 0) {
    return (
      <Empty icon={icon} title="No pictures yet">
        Add pictures on the Browse page.
      </Empty>
    );
  }
  if (about.missing !== null) {
    return (
      <Empty icon={<Download size={32} aria-hidden />} title={`${title} is not installed`}>
        Install it with <code>pip install 'sightline[map]'</code> and start Sightline again. PCA and t-SNE need nothing
        more.
      </Empty>
    );
  }
  if (about.embedded < 3) {
    return (
      <Empty
        icon={icon}
        title="A map needs embeddings"
        action={
          <Button look="primary" disabled={embed.isPending} onClick={() => embed.mutate()}>
            <Sparkles size={16} aria-hidden /> Embed {many(about.total - about.embedded, "picture")}
          </Button>
        }
      >
        An encoder turns each picture into numbers; similar pictures then lie together.
      </Empty>
    );
  }
  return (
    <Empty
      icon={icon}
      title={`No ${title} map yet`}
      action={
        <Button look="primary" disabled={making.isPending} onClick={() => making.mutate("auto")}>
          Make it
        </Button>
      }
    >
      {about.methods.find((one) => one.name === about.method)?.description}.
    </Empty>
  );
}

/** What is to be said of a map that is there: it is being made anew, or pictures have come since. */
export function Freshness({
  project,
  about,
  predicted,
  onRecolour,
}: {
  project: string;
  about: MapAbout;
  /** The head has answered anew. */
  predicted: boolean;
  onRecolour: () => void;
}) {
  const making = useMaking(project, about.method);
  if (about.job !== null) return <JobProgress id={about.job} />;
  return (
    <>
      {about.stale && (
        <Button small className="refresh-old" disabled={making.isPending} onClick={() => making.mutate("auto")}>
          <RefreshCw size={14} aria-hidden /> {many(about.new, "new picture")}: update
        </Button>
      )}
      {predicted && (
        <Button small className="refresh-old" onClick={onRecolour}>
          <RefreshCw size={14} aria-hidden /> New predictions: recolour
        </Button>
      )}
    </>
  );
}
