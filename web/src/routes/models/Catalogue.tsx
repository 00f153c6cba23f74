import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, Download, RotateCw } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, ModelKind, Pullable } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";
import { KIND_NAMES, KINDS } from "./kinds";

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
  if (entry.gated) {
    return (
      <span className="badge warn" title={entry.terms}>
        ask first
      </span>
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

/** How an entry comes to a machine without a network, or from a publisher who asks for an agreement. */
function ByHand({ entry }: { entry: Pullable }) {
  if (!entry.page) return null;
  return (
    <details className="by-hand small">
      <summary>{entry.gated ? "How to get it" : "By hand"}</summary>
      <p className="muted">
        {entry.gated && "Its publisher asks you to agree to terms first. "}
        From <a href={entry.page}>{entry.page.replace("https://", "")}</a>, put these files into one folder:{" "}
        <span className="mono">{entry.files.join(", ")}</span>. Then <b>Add a model</b> with that folder, or drop the
        files there.
      </p>
    </details>
  );
}

/** The newest job that pulls a model, if it is at work or has failed. */
const jobOf = (entry: Pullable, jobs: readonly Job[] | undefined): Job | undefined =>
  jobs?.find((job) => job.kind === "pull" && job.id === entry.job);

function Group({
  kind,
  entries,
  named,
  jobs,
}: {
  kind: ModelKind;
  entries: readonly Pullable[];
  named: string;
  jobs: readonly Job[] | undefined;
}) {
  const vectors = kind === "encoder";
  return (
    <div className="stack tight-stack">
      <h2 id={`get-${kind}`}>{KINDS[kind].title}</h2>
      <p className="muted small">They {KINDS[kind].about}.</p>
      <div className="card table-scroll" tabIndex={0} role="region" aria-labelledby={`get-${kind}`}>
        <table className="data catalogue">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Good for</th>
              <th scope="col" className="num">
                Download
              </th>
              {vectors && (
                <th scope="col" className="num">
                  Vector
                </th>
              )}
              <th scope="col">Licence</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr
                key={entry.name}
                className={entry.name === named ? "named" : undefined}
                ref={shownFirst(entry, named)}
              >
                <th scope="row" className="model-name">
                  {entry.name}
                  {entry.text && <span className="badge accent">words</span>}
                </th>
                <td>
                  <span className="muted">{entry.description}</span>
                  <ByHand entry={entry} />
                </td>
                <td className="num">{size(entry.mb)}</td>
                {vectors && <td className="num">{entry.dim}</td>}
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

const shownFirst = (entry: Pullable, named: string) =>
  entry.name === named ? (row: HTMLTableRowElement | null) => row?.scrollIntoView({ block: "center" }) : undefined;

/**
 * What can be fetched by name. Nothing is asked of the network until somebody presses Pull.
 * @param named The entry that somebody came for.
 */
export function Catalogue({ named }: { named: string }) {
  const { data: jobs } = useJobs();
  const { data, error, refetch } = useQuery({ queryKey: keys.catalogue, queryFn: api.catalogue });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={6} height={40} />;
  const failed = jobs?.find((job) => job.kind === "pull");
  const kinds = KIND_NAMES.filter((kind) => data.some((entry) => entry.kind === kind));
  return (
    <div className="stack">
      <p className="muted">
        Models that others have published. Pulling fetches the files from their publisher and checks their hashes; this
        is the only thing for which Sightline uses the network.
      </p>
      {failed?.state === "failed" && failed.error && (
        <ErrorNote error={Object.assign(new Error(failed.error.message), { hint: failed.error.hint })} />
      )}
      {kinds.map((kind) => (
        <Group key={kind} kind={kind} entries={data.filter((entry) => entry.kind === kind)} named={named} jobs={jobs} />
      ))}
    </div>
  );
}
