import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, Download, RotateCw } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, Pullable } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";

const size = (mb: number): string => (mb >= 1000 ? `${(mb / 1000).toFixed(1)} GB` : `${Math.round(mb)} MB`);

function State({ entry, job }: { entry: Pullable; job: Job | undefined }) {
  const pull = useMutation({
    mutationFn: () => api.pullModel(entry.name),
    onSuccess: () => {
      for (const key of [keys.jobs, keys.catalogue]) void queries.invalidateQueries({ queryKey: key });
    },
    onError: (error) => toasts.fail(error),
  });
  if (job && isActive(job.state)) {
    return (
      <Link className="pulling small" to={to.job(job.id)} title={job.note}>
        <Bar label={`Pulling ${entry.name}`} done={job.done} total={job.total} />
        <span className="muted ellipsis">{job.note || "waits for its turn"}</span>
      </Link>
    );
  }
  if (entry.state === "here") {
    return (
      <Link className="badge good" to={to.model(entry.model ?? "")}>
        <CircleCheck size={12} aria-hidden /> here
      </Link>
    );
  }
  const again = entry.state === "partial";
  return (
    <Button
      small
      disabled={pull.isPending}
      aria-label={`${again ? "Go on pulling" : "Pull"} ${entry.name}, ${size(entry.mb)}`}
      onClick={() => pull.mutate()}
    >
      {again ? <RotateCw size={14} aria-hidden /> : <Download size={14} aria-hidden />} {again ? "Go on" : "Pull"}
    </Button>
  );
}

/** The newest job that pulls a model, if it is at work or has failed. */
const jobOf = (entry: Pullable, jobs: readonly Job[] | undefined): Job | undefined =>
  jobs?.find((job) => job.kind === "pull" && job.id === entry.job);

/** What can be fetched by name. Nothing is asked of the network until somebody presses Pull. */
export function Catalogue() {
  const { data: jobs } = useJobs();
  const { data, error, refetch } = useQuery({ queryKey: keys.catalogue, queryFn: api.catalogue });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={6} height={40} />;
  const failed = jobs?.find((job) => job.kind === "pull");
  return (
    <div className="stack">
      <p className="muted">
        Encoders that others have published. Pulling fetches the file from its publisher and checks its hash; this is
        the only thing for which Sightline uses the network.
      </p>
      {failed?.state === "failed" && failed.error && (
        <ErrorNote error={Object.assign(new Error(failed.error.message), { hint: failed.error.hint })} />
      )}
      <div className="card table-scroll" tabIndex={0} role="region" aria-label="Models that can be pulled">
        <table className="data catalogue">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Good for</th>
              <th scope="col" className="num">
                Download
              </th>
              <th scope="col" className="num">
                Vector
              </th>
              <th scope="col">Licence</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {data.map((entry) => (
              <tr key={entry.name}>
                <th scope="row" className="model-name">
                  {entry.name}
                  {entry.text && <span className="badge accent">words</span>}
                </th>
                <td className="muted">{entry.description}</td>
                <td className="num">{size(entry.mb)}</td>
                <td className="num">{entry.dim}</td>
                <td>{entry.licence}</td>
                <td className="catalogue-state">
                  <State entry={entry} job={jobOf(entry, jobs)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
