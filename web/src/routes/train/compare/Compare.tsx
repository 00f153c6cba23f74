import { useQuery } from "@tanstack/react-query";
import { Scale, X } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Comparison } from "@/api/types";
import { useAddress } from "@/app/address";
import { to } from "@/app/project";
import { overlay } from "@/plot/overlay";
import type { Line } from "@/plot/LineChart";
import { IconButton } from "@/ui/Button";
import { ago, fixed } from "@/ui/format";
import { Empty, ErrorNote, Skeleton, Skeletons } from "@/ui/States";
import { RunBadge } from "../run/RunBadge";
import { RunList, useRuns } from "../RunList";
import { MetricTable } from "./MetricTable";
import { SpecTable } from "./SpecTable";
import { COLOURS, DASHES, nameOf } from "./look";
import "../train.css";
import "./compare.css";

const LineChart = lazy(() => import("@/plot/LineChart"));

const linesOf = (found: Comparison, sparse: boolean): Line[] =>
  found.runs.map((run, i) => ({
    label: nameOf(found.runs, i),
    colour: COLOURS[i % COLOURS.length] ?? "--accent",
    dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length],
    width: 2,
    sparse: sparse && run.epoch <= 30,
    format: (value: number) => fixed(value),
  }));

function Charts({ found }: { found: Comparison }) {
  const { curves } = found;
  const steps = useMemo(() => linesOf(found, false), [found]);
  const epochs = useMemo(() => linesOf(found, true), [found]);
  const charts = useMemo(
    () => [
      {
        title: "Loss on training pictures, by step",
        lines: steps,
        columns: overlay(curves.map((one) => one.points.map((point) => [point.step, point.loss] as const))),
      },
      {
        title: "Loss on val, by epoch",
        lines: epochs,
        columns: overlay(curves.map((one) => one.epochs.map((epoch) => [epoch.epoch, epoch.val_loss] as const))),
      },
      {
        title: "Accuracy on val, by epoch",
        lines: epochs,
        columns: overlay(curves.map((one) => one.epochs.map((epoch) => [epoch.epoch, epoch.val_accuracy] as const))),
      },
    ],
    [curves, steps, epochs],
  );
  const shown = charts.filter((chart) => chart.columns.slice(1).some((line) => line.some((value) => value !== null)));
  if (shown.length === 0) return <p className="muted">None of them has told any curves yet.</p>;
  return (
    <Suspense fallback={<Skeleton height={250} />}>
      <div className="charts">
        {shown.map((chart, i) => (
          <div key={chart.title} className={i === 0 && shown.length % 2 === 1 ? "card whole-row" : "card"}>
            <LineChart {...chart} />
          </div>
        ))}
      </div>
    </Suspense>
  );
}

function Chosen({ project, found, ids }: { project: string; found: Comparison; ids: readonly string[] }) {
  const [, setSearch] = useAddress();
  const { data } = useRuns(project);
  const others = (data ?? []).filter((run) => !ids.includes(run.id));
  const show = (next: readonly string[]) => setSearch({ ids: next.join(",") });
  return (
    <ul className="compared" aria-label="Trainings that are compared">
      {found.runs.map((run, i) => (
        <li key={run.id} className="card">
          <span className="compared-line" style={{ background: `var(${COLOURS[i % COLOURS.length]})` }} aria-hidden />
          <span className="compared-words">
            <Link to={to.run(run.project, run.id)}>{nameOf(found.runs, i)}</Link>
            <span className="row small">
              <RunBadge run={run} /> <span className="muted">{ago(run.created_at)}</span>
            </span>
          </span>
          {ids.length > 2 && (
            <IconButton
              label={`Leave out ${nameOf(found.runs, i)}`}
              small
              onClick={() => show(ids.filter((id) => id !== run.id))}
            >
              <X size={14} aria-hidden />
            </IconButton>
          )}
        </li>
      ))}
      {others.length > 0 && ids.length < 12 && (
        <li>
          <select
            className="input"
            aria-label="Add a training"
            value=""
            onChange={(event) => show([...ids, event.target.value])}
          >
            <option value="">Add a training</option>
            {others.map((run) => (
              <option key={run.id} value={run.id}>
                {run.network}, {ago(run.created_at)}
                {run.notes && `, ${run.notes.slice(0, 30)}`}
              </option>
            ))}
          </select>
        </li>
      )}
    </ul>
  );
}

function Body({ project, ids }: { project: string; ids: readonly string[] }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.comparison(ids),
    queryFn: () => api.compareRuns(ids),
    placeholderData: (before) => before,
  });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={4} height={80} />;
  return (
    <div className="stack compare">
      <Chosen project={project} found={data} ids={ids} />
      {data.notes.map((note) => (
        <p key={note} className="note warn small">
          Mind: {note}.
        </p>
      ))}
      <Charts found={data} />
      <section className="stack">
        <h2>Figures</h2>
        <MetricTable found={data} />
      </section>
      <section className="stack">
        <h2>Settings that differ</h2>
        <SpecTable found={data} />
      </section>
    </div>
  );
}

/** Trainings side by side: curves over one another, figures with the best marked, settings that differ. */
export function Component() {
  const { project = "" } = useParams();
  const [search] = useSearchParams();
  const ids = (search.get("ids") ?? "").split(",").filter(Boolean);
  return (
    <main className="train">
      <RunList project={project} />
      <div className="train-main">
        {ids.length < 2 ? (
          <Empty icon={<Scale size={32} aria-hidden />} title="Choose two trainings" level="h1">
            Press Compare above the list of trainings, tick two or more, and see them side by side.
          </Empty>
        ) : (
          <>
            <div className="page-head">
              <h1>{ids.length} trainings side by side</h1>
            </div>
            <Body project={project} ids={ids} />
          </>
        )}
      </div>
    </main>
  );
}
