import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Evaluated, ReliabilityBin, RunDetail, Split } from "@/api/types";
import { Reliability } from "@/plot/Reliability";
import { fixed, many, percent } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { Against } from "./Against";
import { ClassCurves } from "./ClassCurves";
import { Slices } from "./Slices";
import "./trust.css";

const NAMES: Record<string, string> = { accuracy: "accuracy", macro_f1: "macro F1", map: "mAP" };

function Figures({ data }: { data: Evaluated }) {
  return (
    <dl className="run-figures">
      {Object.entries(data.figures).map(([name, one]) => (
        <div key={name}>
          <dd>{percent(one.value)}</dd>
          <dt>
            {NAMES[name] ?? name}, {percent(one.low)} to {percent(one.high)}
          </dt>
        </div>
      ))}
      {data.top.slice(1).map((one) => (
        <div key={one.k}>
          <dd>{percent(one.accuracy)}</dd>
          <dt>among the {one.k} likeliest</dt>
        </div>
      ))}
    </dl>
  );
}

function Calibrated({ data }: { data: Evaluated }) {
  const { calibration } = data;
  return (
    <section className="stack">
      <h2>How honest its probabilities are</h2>
      <p>
        Calibration error {fixed(calibration.ece)} with the temperature {fixed(calibration.temperature)},{" "}
        {fixed(calibration.ece_before)} without it. An export applies the temperature.
      </p>
      <div className="card">
        <Reliability bins={calibration.reliability as unknown as ReliabilityBin[]} />
      </div>
    </section>
  );
}

interface Choice {
  split: Split | undefined;
  labels: "then" | "now";
}

function Choices({ data, choice, onChoose }: { data: Evaluated; choice: Choice; onChoose: (choice: Choice) => void }) {
  return (
    <div className="row">
      {data.splits.length > 1 && (
        <div className="row" role="group" aria-label="Split">
          {data.splits.map((one) => (
            <button
              key={one}
              type="button"
              className="button small"
              aria-pressed={one === data.split}
              onClick={() => onChoose({ ...choice, split: one })}
            >
              {one}
            </button>
          ))}
        </div>
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={choice.labels === "now"}
          onChange={(event) => onChoose({ ...choice, labels: event.target.checked ? "now" : "then" })}
        />
        Labels as they are now
      </label>
      {choice.labels === "now" && (
        <span className="muted small" role="status">
          {data.changed === 0 ? "none has changed since the training" : `${many(data.changed, "label")} changed since`}
        </span>
      )}
    </div>
  );
}

/** How far a training can be trusted: intervals, curves, calibration, slices, and against another training. */
export function Trust({ project, run }: { project: string; run: RunDetail }) {
  const [choice, setChoice] = useState<Choice>({ split: undefined, labels: "then" });
  const { data, error, refetch } = useQuery({
    queryKey: keys.evaluation(run.id, choice.split ?? "", choice.labels),
    queryFn: () =>
      api.evaluation(run.id, { labels: choice.labels, ...(choice.split === undefined ? {} : { split: choice.split }) }),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={3} height={160} />;
  return (
    <div className="stack">
      <Choices data={data} choice={choice} onChoose={setChoice} />
      <p className="muted">
        From {many(data.images, "picture")} of the {data.split} split
        {data.groups !== null && `, ${many(data.groups, "group")} that were resampled as a whole`}. Behind each figure:
        where it lies with 95 % probability.
      </p>
      <Figures data={data} />
      <Slices project={project} data={data} />
      <div className="trust-pair">
        <Calibrated data={data} />
        <ClassCurves data={data} />
      </div>
      <Against project={project} run={run} />
    </div>
  );
}
