import { useMutation, useQuery } from "@tanstack/react-query";
import { Boxes, GitFork, Play, Square, Trash2 } from "lucide-react";
import { Tabs } from "radix-ui";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { RunDetail } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { ago, between, duration, percent, sentence } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive, WorkBadge } from "@/ui/WorkBadge";
import { Curves } from "./Curves";
import { LoadStrip } from "./load/LoadStrip";
import { Report } from "./Report";
import { RunList } from "./RunList";
import "./train.css";

function useDeeds(project: string, run: RunDetail | undefined) {
  const navigate = useNavigate();
  const id = run?.id ?? "";
  const again = () => {
    void queries.invalidateQueries({ queryKey: keys.run(id) });
    void queries.invalidateQueries({ queryKey: keys.runs(project) });
    void queries.invalidateQueries({ queryKey: keys.jobs });
  };
  const onError = (error: unknown) => toasts.fail(error);
  return {
    stop: useMutation({ mutationFn: () => api.stopRun(id), onSuccess: again, onError }),
    resume: useMutation({
      mutationFn: () => api.startRun(project, { spec: {}, mode: "resume", parent: id }),
      onSuccess: again,
      onError,
    }),
    remove: useMutation({
      mutationFn: () => api.deleteRun(id),
      onSuccess: () => {
        again();
        void navigate(to.train(project));
      },
      onError,
    }),
  };
}

function Progress({ run }: { run: RunDetail }) {
  const job = useQuery({
    queryKey: keys.job(run.job ?? ""),
    queryFn: () => api.job(run.job ?? ""),
    enabled: run.job !== null && isActive(run.state),
  });
  if (!isActive(run.state)) return null;
  const now = job.data;
  return (
    <div className="run-progress">
      <Bar label="Training" done={now?.done ?? 0} total={now?.total ?? null} />
      <p className="small row" role="status">
        <span className="grow">
          Epoch {run.epoch} of {run.epochs}
        </span>
        {now?.rate !== null && now?.rate !== undefined && <span className="muted">{now.rate.toFixed(1)} steps/s</span>}
        <span className="muted">
          {now?.eta_s ? `${duration(now.eta_s)} left` : run.state === "queued" ? "waits for its turn" : ""}
        </span>
      </p>
    </div>
  );
}

function RunHead({ project, run }: { project: string; run: RunDetail }) {
  const [asking, setAsking] = useState(false);
  const { stop, resume, remove } = useDeeds(project, run);
  const navigate = useNavigate();
  const active = isActive(run.state);
  const canResume = !active && (run.state !== "done" || run.epoch < run.epochs);
  return (
    <>
      <div className="page-head run-head">
        <h1>{run.network}</h1>
        <WorkBadge state={run.state} />
        <span className="muted small">
          {run.mode === "finetune" ? "fine-tuned, " : ""}
          {ago(run.created_at)}
          {run.finished_at && `, took ${duration(run.metrics?.seconds ?? between(run.created_at, run.finished_at))}`}
        </span>
        <div className="grow" />
        {active && (
          <Button onClick={() => stop.mutate()} disabled={stop.isPending}>
            <Square size={14} aria-hidden /> Stop
          </Button>
        )}
        {canResume && (
          <Button look="primary" onClick={() => resume.mutate()} disabled={resume.isPending}>
            <Play size={14} aria-hidden /> Resume
          </Button>
        )}
        {run.model && (
          <Link className="button primary" to={to.model(run.model)}>
            <Boxes size={16} aria-hidden /> Model
          </Link>
        )}
        {run.state === "done" && (
          <Button
            onClick={() => void navigate(`${to.train(project)}?mode=finetune&parent=${encodeURIComponent(run.id)}`)}
          >
            <GitFork size={14} aria-hidden /> Fine-tune
          </Button>
        )}
        {!active && (
          <Button look="quiet" onClick={() => setAsking(true)} aria-label="Delete this training">
            <Trash2 size={16} aria-hidden />
          </Button>
        )}
      </div>
      <Progress run={run} />
      {run.error && (run.state === "failed" || run.state === "interrupted") && (
        <div className="note bad" role="alert">
          <div>
            <div>{sentence(run.error.message)}</div>
            {run.error.hint && <div className="muted small">{sentence(run.error.hint)}</div>}
          </div>
        </div>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Delete this training?"
        about="Its checkpoints and report move to the workspace's trash. The model that it made stays."
        action="Delete"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

function Figures({ run }: { run: RunDetail }) {
  const { metrics } = run;
  if (metrics?.accuracy === undefined) return null;
  return (
    <dl className="run-figures">
      <div>
        <dd>{percent(metrics.accuracy)}</dd>
        <dt>accuracy on {metrics.accuracy_split ?? "held-out pictures"}</dt>
      </div>
      {metrics.macro_f1 !== undefined && (
        <div>
          <dd>{percent(metrics.macro_f1)}</dd>
          <dt>macro F1</dt>
        </div>
      )}
      {metrics.log_loss !== undefined && (
        <div>
          <dd>{metrics.log_loss.toFixed(3)}</dd>
          <dt>log loss</dt>
        </div>
      )}
      {metrics.ece !== undefined && (
        <div>
          <dd>{metrics.ece.toFixed(3)}</dd>
          <dt>calibration error</dt>
        </div>
      )}
    </dl>
  );
}

function RunBody({ project, id }: { project: string; id: string }) {
  const { data: run, error, refetch } = useQuery({ queryKey: keys.run(id), queryFn: () => api.run(id) });
  if (error && !run) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!run) return <Skeletons count={4} height={80} />;
  const done = run.state === "done";
  return (
    <>
      <RunHead project={project} run={run} />
      <Figures run={run} />
      <Tabs.Root key={done ? "done" : "open"} defaultValue={done ? "report" : "curves"} className="stack">
        <Tabs.List className="tabs-list" aria-label="About this training">
          {done && (
            <Tabs.Trigger className="tab" value="report">
              Report
            </Tabs.Trigger>
          )}
          <Tabs.Trigger className="tab" value="curves">
            Curves
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="spec">
            Settings
          </Tabs.Trigger>
        </Tabs.List>
        {done && (
          <Tabs.Content value="report" tabIndex={-1}>
            <Report run={run} />
          </Tabs.Content>
        )}
        <Tabs.Content value="curves" tabIndex={-1}>
          <Curves run={run} />
          <LoadStrip run={run} />
        </Tabs.Content>
        <Tabs.Content value="spec" tabIndex={-1}>
          <pre className="card spec" tabIndex={0} aria-label="Settings of this training">
            {JSON.stringify(run.spec, null, 2)}
          </pre>
        </Tabs.Content>
      </Tabs.Root>
    </>
  );
}

export function Component() {
  const { project = "", run = "" } = useParams();
  return (
    <main className="train">
      <RunList project={project} />
      <div className="train-main">
        <RunBody key={run} project={project} id={run} />
      </div>
    </main>
  );
}
