import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { RunDetail, Split, SplitReport } from "@/api/types";
import { Reliability } from "@/plot/Reliability";
import { count, fixed, many, percent } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { ClassAverages } from "../explain/ClassAverages";
import { MistakesGallery } from "../explain/MistakesGallery";
import { Confusion } from "./Confusion";

const SPLITS: readonly Split[] = ["test", "val", "train"];

function PerClassTable({ rows }: { rows: SplitReport["per_class"] }) {
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Measures of each class">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="num">
              Precision
            </th>
            <th scope="col" className="num">
              Recall
            </th>
            <th scope="col" className="num">
              F1
            </th>
            <th scope="col" className="num">
              Pictures
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row" className="row-head">
                {row.name}
              </th>
              <td className="num">{percent(row.precision)}</td>
              <td className="num">{percent(row.recall)}</td>
              <td className="num">
                <span className="f1-bar" aria-hidden="true">
                  <span style={{ width: `${row.f1 * 100}%` }} />
                </span>
                <span className="f1-value">{percent(row.f1)}</span>
              </td>
              <td className="num">{count(row.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SplitView({ run, split, data }: { run: RunDetail; split: Split; data: SplitReport }) {
  const classes = data.per_class.map((row) => row.name);
  return (
    <>
      <p>
        On {many(data.images, "picture")} of the <b>{split}</b> split
        {split === "test"
          ? ", which neither training nor the choice of the best epoch has seen"
          : split === "val"
            ? ", which chose the best epoch"
            : ", the very pictures it learned from"}
        : accuracy {percent(data.accuracy)}, macro F1 {percent(data.macro_f1)}, log loss {fixed(data.log_loss)},
        calibration error {fixed(data.ece)}.
      </p>
      <div className="report-pair">
        <section className="stack">
          <h2>Confusion</h2>
          <Confusion classes={classes} matrix={data.confusion} />
        </section>
        <section className="stack">
          <h2>Reliability</h2>
          <div className="card">
            <Reliability bins={data.reliability} />
          </div>
        </section>
      </div>
      <section className="stack">
        <h2>Mistakes</h2>
        <MistakesGallery project={run.project} run={run.id} split={split} />
      </section>
      <section className="stack">
        <h2>Where it looks</h2>
        <ClassAverages run={run.id} />
      </section>
      <section className="stack">
        <h2>Classes</h2>
        <PerClassTable rows={data.per_class} />
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
      <SplitView run={run} split={split} data={data} />
    </div>
  );
}
