import { useMutation, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Encoder, Job } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { count, duration } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";

function Progress({ one, job }: { one: Encoder; job: Job | undefined }) {
  const at = job && one.current ? Math.min(one.total, Math.max(one.embedded, job.done)) : one.embedded;
  return (
    <div className="embedded">
      <Bar label={`${one.name}: embedded`} done={at} total={Math.max(1, one.total)} />
      <span className="small muted num">
        {count(at)} of {count(one.total)}
        {job && one.current && job.eta_s ? `, ${duration(job.eta_s)} left` : ""}
      </span>
    </div>
  );
}

/** The encoders of a project, side by side: how far each has come, and which one counts. */
export function Encoders({ project }: { project: string }) {
  const { data: jobs } = useJobs();
  const { data, error, refetch } = useQuery({
    queryKey: keys.encoders(project),
    queryFn: () => api.encoders(project),
  });
  const [forgetting, setForgetting] = useState<Encoder | null>(null);
  const again = () => {
    for (const key of [keys.jobs, keys.encoders(project), keys.head(project)])
      void queries.invalidateQueries({ queryKey: key });
  };
  const use = useMutation({
    mutationFn: (name: string) => api.embed(project, name),
    onSuccess: (_, name) => {
      toasts.say(`${project} uses ${name}`, { hint: "What is not embedded yet is embedded now." });
      again();
    },
    onError: (failure) => toasts.fail(failure),
  });
  const forget = useMutation({
    mutationFn: (name: string) => api.forgetEmbeddings(project, name),
    onSuccess: () => {
      setForgetting(null);
      again();
    },
    onError: (failure) => toasts.fail(failure),
  });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={3} height={40} />;
  const job = jobs?.find((one) => one.kind === "embed" && one.project === project && isActive(one.state));
  return (
    <div className="stack">
      <p className="muted">
        Each encoder keeps its own vectors of the pictures in {project}; changing back costs nothing. Head, queues,
        similarity and map work on the one in use.
      </p>
      <div className="card table-scroll" tabIndex={0} role="region" aria-label={`Encoders of ${project}`}>
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Encoder</th>
              <th scope="col">Embedded</th>
              <th scope="col" className="num">
                Vector
              </th>
              <th scope="col">State</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {data.map((one) => (
              <tr key={one.key}>
                <th scope="row" className="model-name">
                  {one.name}
                  {one.text && <span className="badge accent">words</span>}
                </th>
                <td>
                  <Progress one={one} job={job} />
                </td>
                <td className="num">{one.dim ?? ""}</td>
                <td>
                  {one.missing ? (
                    <span className="badge bad">{one.missing}</span>
                  ) : one.current ? (
                    <span className="badge good">in use</span>
                  ) : (
                    <span className="muted small">ready</span>
                  )}
                </td>
                <td>
                  <div className="row">
                    {!(one.current && one.embedded >= one.total) && (
                      <Button
                        small
                        disabled={!one.ready || use.isPending || job !== undefined}
                        aria-label={`${one.current ? "Embed with" : "Use"} ${one.name}`}
                        onClick={() => use.mutate(one.name)}
                      >
                        {one.current ? "Embed" : "Use"}
                      </Button>
                    )}
                    {one.embedded > 0 && (
                      <IconButton label={`Delete the vectors of ${one.name}`} small onClick={() => setForgetting(one)}>
                        <Trash2 size={14} aria-hidden />
                      </IconButton>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Confirm
        open={forgetting !== null}
        onClose={() => setForgetting(null)}
        title={`Delete the vectors of ${forgetting?.name ?? ""}?`}
        about={`${count(forgetting?.embedded ?? 0)} vectors go. Labels stay, and the vectors can be made again.`}
        action="Delete"
        busy={forget.isPending}
        onConfirm={() => forgetting && forget.mutate(forgetting.missing ? forgetting.key : forgetting.name)}
      />
    </div>
  );
}
