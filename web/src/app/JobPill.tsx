import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job } from "@/api/types";
import { duration } from "@/ui/format";
import { to } from "./project";
import { RunPill, useActiveRuns } from "./RunPill";

const TITLES: Readonly<Record<string, string>> = {
  ingest: "Adding pictures",
  embed: "Embedding",
  pull: "Pulling a model",
  map: "Mapping",
  train: "Training",
  "train-head": "Training a head",
  "benchmark-heads": "Comparing heads",
  explain: "Explaining",
  export: "Exporting",
  "export-labels": "Exporting labels",
  "import-labels": "Importing labels",
  suggest: "Looking for objects",
  "auto-class": "Checking classes",
  segment: "Boxes to polygons",
  thumbs: "Making thumbnails",
  head: "Refitting",
  predict: "Predicting",
  demo: "Demo",
  detect: "Finding by text",
};

export const jobTitle = (job: Pick<Job, "kind">): string =>
  TITLES[job.kind] ?? job.kind.charAt(0).toUpperCase() + job.kind.slice(1).replaceAll("_", " ");

export const useJobs = () => useQuery({ queryKey: keys.jobs, queryFn: () => api.jobs(), refetchInterval: 30_000 });

/** What is at work now: a training by its mode, any other job by its name, with its share done. */
export function JobPill() {
  const { data } = useJobs();
  const runs = useActiveRuns();
  const [training] = runs;
  if (training) return <RunPill run={training} waiting={runs.length - 1} />;
  return <OtherPill data={data} />;
}

function OtherPill({ data }: { data: readonly Job[] | undefined }) {
  const active = (data ?? []).filter((job) => job.state === "running" || job.state === "queued");
  const job = active.find((one) => one.state === "running") ?? active[0];
  if (!job) return null;
  const share = job.total ? Math.min(1, job.done / job.total) : null;
  const more = active.length > 1 ? ` +${active.length - 1}` : "";
  return (
    <Link
      to={to.job(job.id)}
      className="job-pill"
      aria-label={`Running: ${jobTitle(job)}${share === null ? "" : `, ${Math.round(share * 100)} %`}`}
    >
      <span
        className={share === null ? "job-pill-fill unknown" : "job-pill-fill"}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
      <span className="job-pill-text">
        {jobTitle(job)}
        {share !== null && ` ${Math.round(share * 100)} %`}
        {job.eta_s !== null && job.eta_s > 0 && <span className="muted"> {duration(job.eta_s)} left</span>}
        {more}
      </span>
    </Link>
  );
}
