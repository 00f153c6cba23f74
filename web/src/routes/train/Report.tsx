import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { RunDetail, RunReport, Split, SplitReport } from "@/api/types";
import { Reliability } from "@/plot/Reliability";
import { many } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { ClassAverages } from "../explain/ClassAverages";
import { MistakesGallery } from "../explain/MistakesGallery";
import { Confusion } from "./Confusion";
import { figures } from "./report/figures";
import { PerClassTable } from "./report/PerClassTable";
import { NearestWrong } from "./report/NearestWrong";

const SPLITS: readonly Split[] = ["test", "val", "train"];

interface ViewProps {
  readonly run: RunDetail;
  readonly report: RunReport;
  readonly split: Split;
  readonly data: SplitReport;
}

function SplitView({ run, report, split, data }: ViewProps) {
  const classes = data.per_class.map((row) => row.name);
  const mistakes = report.worst.filter((one) => one.split === split);
  const task = report.task ?? "single";
  return (
    <>
      <p>
        On {many(data.images, "picture")} of the <b>{split}</b> split
        {split === "test"
          ? ", which neither training nor the choice of the best epoch has seen"
          : split === "val"
            ? ", which chose the best epoch"
            : ", the very pictures it learned from"}
        : {figures(data, task)}.
        {data.queries !== undefined &&
          data.queries < data.images &&
          ` ${many(data.queries, "picture")} of them share their class with another and can be found.`}
      </p>
      <div className="report-pair">
        {data.confusion.length > 0 && (
          <section className="stack">
            <h2>{task === "embedding" ? "Class of the nearest picture" : "Confusion"}</h2>
            <Confusion classes={classes} matrix={data.confusion} />
          </section>
        )}
        {data.reliability.length > 0 && (
          <section className="stack">
            <h2>Reliability</h2>
            <div className="card">
              <Reliability bins={data.reliability} tags={task === "multi"} />
            </div>
          </section>
        )}
      </div>
      <section className="stack">
        <h2>Mistakes</h2>
        {task === "embedding" ? (
          <NearestWrong mistakes={mistakes} classes={classes} />
        ) : (
          <MistakesGallery project={run.project} run={run.id} split={split} />
        )}
      </section>
      {task !== "embedding" && (
        <section className="stack">
          <h2>Where it looks</h2>
          <ClassAverages run={run.id} />
        </section>
      )}
      <section className="stack">
        <h2>{task === "multi" ? "Tags" : "Classes"}</h2>
        <PerClassTable rows={data.per_class} task={task} />
      </section>
    </>
  );
}

export function Report({ run }: { run: RunDetail }) {
  const {
    data: report,
    error,
    refetch,
  } = useQuery({ queryKey: keys.report(run.id), queryFn: () => api.report(run.id), staleTime: Infinity });
  const [chosen, setChosen] = useState<Split | null>(null);
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!report) return <Skeletons count={3} height={160} />;
  const there = SPLITS.filter((split) => report.splits[split]);
  const split = chosen ?? report.metrics.accuracy_split ?? there[0];
  const data = split && report.splits[split];
  if (!data) return <p className="muted">No picture could be judged: there was none outside of training.</p>;
  return (
    <div className="report stack">
      {there.length > 1 && (
        <div className="row" role="group" aria-label="Split">
          {there.map((one) => (
            <button
              key={one}
              type="button"
              className="button small"
              aria-pressed={one === split}
              onClick={() => setChosen(one)}
            >
              {one}
            </button>
          ))}
        </div>
      )}
      <SplitView run={run} report={report} split={split} data={data} />
    </div>
  );
}
