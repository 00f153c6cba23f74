import { useQuery } from "@tanstack/react-query";
import { ArrowUp, GitFork, Play, Plus, Scale, Square, Star, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, NavLink, useNavigate } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Run } from "@/api/types";
import { to } from "@/app/project";
import { Button, IconButton } from "@/ui/Button";
import { ago, many, percent } from "@/ui/format";
import { ContextMenu, type MenuItem } from "@/ui/Menu";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";
import { arranged, figureOf, type Order } from "./order";
import { RunBadge } from "./run/RunBadge";
import { useRunDeeds } from "./run/useRunDeeds";
import { Trash } from "./Trash";

export const useRuns = (project: string) =>
  useQuery({ queryKey: keys.runs(project), queryFn: () => api.runs(project) });

interface RowProps {
  project: string;
  run: Run;
  /** Null: rows lead to their training; else they are ticked to be compared. */
  ticked: boolean | null;
  onTick: () => void;
}

function useRowItems(project: string, run: Run, onTick: () => void): MenuItem[] {
  const navigate = useNavigate();
  const deeds = useRunDeeds(project, run);
  const active = isActive(run.state);
  const form = (mode: string) => `${to.train(project)}?mode=${mode}&run=${encodeURIComponent(run.id)}`;
  return [
    {
      label: run.starred ? "Remove the star" : "Star",
      icon: <Star size={14} aria-hidden />,
      onSelect: () => deeds.note.mutate({ starred: !run.starred }),
    },
    { label: "Compare with others", icon: <Scale size={14} aria-hidden />, onSelect: onTick },
    {
      label: "Resume",
      icon: <Play size={14} aria-hidden />,
      apart: true,
      disabled: active || !run.checkpoint,
      hint: active ? "It is going on." : run.checkpoint ? "" : "It left no checkpoint.",
      onSelect: () => void navigate(form("resume")),
    },
    {
      label: "Fine-tune",
      icon: <GitFork size={14} aria-hidden />,
      disabled: run.state !== "done",
      hint: run.state === "done" ? "" : "It has not finished.",
      onSelect: () => void navigate(form("finetune")),
    },
    ...(run.state === "queued"
      ? [
          {
            label: "Begin earlier",
            icon: <ArrowUp size={14} aria-hidden />,
            disabled: (run.place ?? 1) <= 1,
            onSelect: () => deeds.first.mutate(),
          },
        ]
      : []),
    active
      ? {
          label: run.state === "queued" ? "Take out of the queue" : "Stop",
          icon: <Square size={14} aria-hidden />,
          apart: true,
          onSelect: () => deeds.stop.mutate(),
        }
      : {
          label: "Delete",
          icon: <Trash2 size={14} aria-hidden />,
          danger: true,
          apart: true,
          onSelect: () => deeds.remove.mutate(),
        },
  ];
}

function RowContent({ run }: { run: Run }) {
  const figure = figureOf(run);
  return (
    <>
      <span className="row">
        <b className="ellipsis grow">{run.network}</b>
        {run.starred && <Star size={12} className="star on" aria-label="starred" />}
        {figure !== null && <span>{percent(figure)}</span>}
      </span>
      <span className="row small">
        <RunBadge run={run} />
        <span className="muted ellipsis grow">{run.mode === "new" ? "" : run.mode}</span>
        {run.place === null && <span className="muted">{ago(run.created_at)}</span>}
      </span>
      {run.notes && <span className="muted small ellipsis">{run.notes}</span>}
      {run.state === "running" && <Bar label={`Epochs of ${run.network}`} done={run.epoch} total={run.epochs} />}
    </>
  );
}

function Row({ project, run, ticked, onTick }: RowProps) {
  const items = useRowItems(project, run, onTick);
  const deeds = useRunDeeds(project, run);
  if (ticked !== null) {
    return (
      <li>
        <label className={ticked ? "run-row ticked" : "run-row"}>
          <span className="row">
            <input
              type="checkbox"
              checked={ticked}
              onChange={onTick}
              aria-label={`Compare ${run.network}, ${run.id}`}
            />
            <span className="grow run-row-words">
              <RowContent run={run} />
            </span>
          </span>
        </label>
      </li>
    );
  }
  return (
    <ContextMenu label={`More for ${run.network}`} items={items}>
      <li className="run-item">
        <NavLink to={to.run(project, run.id)} className="run-row">
          <RowContent run={run} />
        </NavLink>
        {run.place !== null && run.place > 1 && (
          <IconButton label={`Begin ${run.network} earlier`} small onClick={() => deeds.first.mutate()}>
            <ArrowUp size={14} aria-hidden />
          </IconButton>
        )}
      </li>
    </ContextMenu>
  );
}

/** The trainings of a project: found again, put in order, compared, and the way to a new one. */
export function RunList({ project }: { project: string }) {
  const { data, error, refetch } = useRuns(project);
  const [order, setOrder] = useState<Order>("newest");
  const [ticked, setTicked] = useState<readonly string[] | null>(null);
  const runs = arranged(data ?? [], order);
  const tick = (id: string) =>
    setTicked((now) => (now?.includes(id) ? now.filter((one) => one !== id) : [...(now ?? []), id]));
  return (
    <nav className="run-list" aria-label="Trainings">
      <NavLink to={to.train(project)} end className="run-row new">
        <Plus size={16} aria-hidden /> New training
      </NavLink>
      {data && data.length > 1 && (
        <div className="row run-tools">
          <select
            className="input"
            aria-label="Order of trainings"
            value={order}
            onChange={(event) => setOrder(event.target.value as Order)}
          >
            <option value="newest">Newest first</option>
            <option value="best">Best first</option>
            <option value="starred">Only starred</option>
          </select>
          <Button
            small
            aria-pressed={ticked !== null}
            onClick={() => setTicked(ticked === null ? [] : null)}
            title="Choose trainings to see side by side"
          >
            <Scale size={14} aria-hidden /> Compare
          </Button>
        </div>
      )}
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeletons count={3} height={56} />}
      <ul>
        {runs.map((run) => (
          <Row
            key={run.id}
            project={project}
            run={run}
            ticked={ticked === null ? null : ticked.includes(run.id)}
            onTick={() => tick(run.id)}
          />
        ))}
      </ul>
      {data?.length === 0 && (
        <p className="muted small run-none">No trainings yet. What you label is what they learn from.</p>
      )}
      {data && data.length > 0 && runs.length === 0 && (
        <p className="muted small run-none">No training has a star. Its menu gives one.</p>
      )}
      {ticked !== null && (
        <div className="run-compare">
          {ticked.length < 2 ? (
            <p className="muted small">Choose two or more.</p>
          ) : (
            <Link className="button primary" to={to.compare(project, ticked)} onClick={() => setTicked(null)}>
              <Scale size={14} aria-hidden /> Compare {many(ticked.length, "training")}
            </Link>
          )}
        </div>
      )}
      <Trash />
    </nav>
  );
}
