import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo } from "react";
import { api } from "@/api/calls";
import { headCalls, headFile, headKeys } from "@/api/heads";
import { keys } from "@/api/keys";
import type { Job } from "@/api/types";
import { queries } from "@/app/services";
import type { Line } from "@/plot/LineChart";
import { Button } from "@/ui/Button";
import { count, duration, fixed, many, percent } from "@/ui/format";
import { Bar, Skeleton } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive, WorkBadge } from "@/ui/WorkBadge";
import { columnsOf, figuresOf, type HeadFigures } from "./facts";
import { PerClass } from "./PerClass";
import { useActivate } from "./useActivate";

const LineChart = lazy(() => import("@/plot/LineChart"));
const CATCH_UP_MS = 700;

const number = (value: number) => String(Number(value.toPrecision(3)));
const share = (value: number) => `${Math.round(value * 1000) / 10} %`;
const LOSS: readonly Line[] = [
  { label: "train", colour: "--accent", width: 2, format: number },
  { label: "held out", colour: "--warn", width: 2, dash: [6, 3], format: number },
];
const ACCURACY: readonly Line[] = [{ label: "held out", colour: "--warn", width: 2, dash: [6, 3], format: share }];

interface Trained {
  readonly id: string;
  readonly name: string;
  readonly encoder: string;
  readonly metrics: Record<string, unknown>;
  readonly counts: { readonly train: number; readonly val: number; readonly hard: { wrong: number; unsure: number } };
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}

function Curves({ job }: { job: Job }) {
  const active = isActive(job.state);
  const { data, refetch } = useQuery({
    queryKey: headKeys.curve(job.id),
    queryFn: () => headCalls.curve(job.id),
    refetchInterval: active ? CATCH_UP_MS : false,
  });
  useEffect(() => {
    if (!active) void refetch();
  }, [active, refetch]);
  const { loss, accuracy } = useMemo(() => columnsOf(data?.points ?? []), [data]);
  if (!data || data.points.length === 0) return null;
  return (
    <Suspense fallback={<Skeleton height={180} />}>
      <div className="heads-charts">
        <div className="card">
          <LineChart title="Loss" columns={loss} lines={LOSS} height={180} />
        </div>
        <div className="card">
          <LineChart title="Accuracy" columns={accuracy} lines={ACCURACY} height={180} />
        </div>
      </div>
    </Suspense>
  );
}

function Figures({ figures, result }: { figures: HeadFigures; result: Trained }) {
  const { train, val, hard } = result.counts;
  const rows = [
    ["Macro F1", percent(figures.macro_f1), "mean over the classes that an object can have"],
    ["Accuracy", percent(figures.accuracy), "background counts too"],
    ["Log loss", fixed(figures.log_loss), "lower is better"],
    ["ECE", fixed(figures.ece), "how far probabilities are from how often it is right"],
  ] as const;
  return (
    <>
      <dl className="heads-figures">
        {rows.map(([name, value, about]) => (
          <div key={name} title={about}>
            <dt className="muted small">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="muted small">
        Learned from {count(train)} rows, measured on {count(val)} of images that it never saw
        {hard.wrong + hard.unsure > 0
          ? `; ${count(hard.wrong)} hard and ${count(hard.unsure)} unsure rows counted more`
          : ""}
        .
      </p>
    </>
  );
}

function Result({ result, project, onHeads }: { result: Trained; project: string; onHeads: () => void }) {
  const activate = useActivate(project);
  const activateFor = (as: "boxes" | "images", said: string) =>
    activate.mutate(
      { head: result.id, use: as },
      { onSuccess: () => toasts.say(`${said} of ${project} are named by ${result.name} now`) },
    );
  const figures = figuresOf(result.metrics);
  return (
    <>
      <div className="row heads-deeds">
        <Button look="primary" small disabled={activate.isPending} onClick={() => activateFor("boxes", "boxes")}>
          Use for boxes
        </Button>
        <Button small disabled={activate.isPending} onClick={() => activateFor("images", "whole images")}>
          Use for whole images
        </Button>
        <a className="button small" href={headFile(result.id)}>
          Download
        </a>
        <Button small look="quiet" onClick={onHeads}>
          All heads
        </Button>
      </div>
      {figures.rows > 0 ? (
        <Figures figures={figures} result={result} />
      ) : (
        <p className="note warn">Nothing was held out, so nothing is known of how good it is.</p>
      )}
      {result.failures.length > 0 && (
        <details>
          <summary className="small">{many(result.failures.length, "picture")} left out</summary>
          <ul className="small muted">
            {result.failures.slice(0, 20).map((one) => (
              <li key={one.path}>
                <span className="mono">{one.path}</span>: {one.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      {figures.classes.length > 0 && <PerClass rows={figures.classes} />}
    </>
  );
}

/** How a training goes, and what came of it. */
export function Watch({ job, project, onHeads }: { job: Job; project: string; onHeads: () => void }) {
  const active = isActive(job.state);
  const { data } = useQuery({
    queryKey: keys.job(job.id),
    queryFn: () => api.job(job.id),
    refetchInterval: active ? CATCH_UP_MS : false,
  });
  const now = data ?? job;
  const over = !isActive(now.state);
  useEffect(() => {
    if (!over || !active) return;
    for (const key of [keys.jobs, headKeys.all]) void queries.invalidateQueries({ queryKey: key });
  }, [over, active]);
  const stop = useMutation({
    mutationFn: () => api.cancelJob(job.id),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.jobs }),
    onError: (error) => toasts.fail(error),
  });
  const result = now.state === "done" ? (now.result as unknown as Trained) : null;
  return (
    <>
      <div className="row">
        <h2>{result ? result.name : "Training"}</h2>
        <WorkBadge state={now.state} />
        <span className="grow" />
        {!over && (
          <Button small onClick={() => stop.mutate()} disabled={stop.isPending}>
            Stop
          </Button>
        )}
      </div>
      {!over && (
        <div className="heads-progress">
          <Bar label="Training a head" done={now.done} total={now.total} />
          <span className="muted small" role="status">
            {now.note || (now.state === "queued" ? "waits for its turn" : "starting")}
            {now.total ? ` ${count(now.done)} of ${count(now.total)}` : ""}
            {now.eta_s ? `, ${duration(now.eta_s)} left` : ""}
          </span>
        </div>
      )}
      {now.error && (
        <div className="note bad" role="alert">
          <div>
            {now.error.message} <span className="muted">{now.error.hint}</span>
          </div>
        </div>
      )}
      <Curves job={now} />
      {result && <Result result={result} project={project} onHeads={onHeads} />}
    </>
  );
}
