import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { NavLink } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { to } from "@/app/project";
import { ago, percent } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { isActive, WorkBadge } from "@/ui/WorkBadge";

export const useRuns = (project: string) =>
  useQuery({ queryKey: keys.runs(project), queryFn: () => api.runs(project) });

/** The trainings of a project, newest first, and the way to a new one. */
export function RunList({ project }: { project: string }) {
  const { data, error, refetch } = useRuns(project);
  return (
    <nav className="run-list" aria-label="Trainings">
      <NavLink to={to.train(project)} end className="run-row new">
        <Plus size={16} aria-hidden /> New training
      </NavLink>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeletons count={3} height={56} />}
      <ul>
        {data?.map((run) => (
          <li key={run.id}>
            <NavLink to={to.run(project, run.id)} className="run-row">
              <span className="row">
                <b className="ellipsis grow">{run.network}</b>
                {run.metrics?.accuracy !== undefined && <span>{percent(run.metrics.accuracy)}</span>}
              </span>
              <span className="row small">
                <WorkBadge state={run.state} />
                <span className="muted ellipsis grow">{run.mode === "new" ? "" : run.mode}</span>
                <span className="muted">{ago(run.created_at)}</span>
              </span>
              {isActive(run.state) && <Bar label={`Epochs of ${run.network}`} done={run.epoch} total={run.epochs} />}
            </NavLink>
          </li>
        ))}
      </ul>
      {data?.length === 0 && (
        <p className="muted small run-none">No trainings yet. What you label is what they learn from.</p>
      )}
    </nav>
  );
}
