import { useMutation } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Estimate, Head, TagMeasures } from "@/api/types";
import { queries } from "@/app/services";
import { LearningCurve } from "@/plot/LearningCurve";
import { Reliability } from "@/plot/Reliability";
import { Button } from "@/ui/Button";
import { ago, count, fixed, percent, sentence } from "@/ui/format";
import { Bar } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { figure } from "./target";
import { useClasses } from "./useClasses";

function Target({ head, estimate }: { head: Head; estimate: Estimate }) {
  const value = figure(head);
  const name = head.task === "multi" ? "Mean F1" : "Accuracy";
  return (
    <section className="stack" aria-label="Target">
      <div className="row small">
        <span>
          {name} <b className="num">{percent(value)}</b>
        </span>
        <span className="grow" />
        <span className="muted">target {percent(estimate.target, 0)}</span>
      </div>
      <Bar
        label={`${name} against the target`}
        done={Math.round(1000 * Math.min(value ?? 0, estimate.target))}
        total={Math.round(1000 * estimate.target)}
        tone={estimate.reached ? "good" : undefined}
      />
      <p className="small">{sentence(estimate.text)}.</p>
      {estimate.curve.length > 1 && <LearningCurve estimate={estimate} name={name} />}
    </section>
  );
}

function Tags({ tags, names }: { tags: readonly TagMeasures[]; names: ReadonlyMap<number, string> }) {
  const name = (tag: TagMeasures) => names.get(tag.class_id) ?? "(deleted)";
  const sorted = [...tags].sort((a, b) => b.support - a.support || name(a).localeCompare(name(b)));
  return (
    <div className="tag-table" tabIndex={0} role="region" aria-label="Measures of each tag">
      <table className="table small">
        <thead>
          <tr>
            <th scope="col">Tag</th>
            <th scope="col" title="From this probability on the tag counts as there">
              From
            </th>
            <th scope="col">Precision</th>
            <th scope="col">Recall</th>
            <th scope="col">F1</th>
            <th scope="col" title="Average precision: whatever the threshold">
              AP
            </th>
            <th scope="col" title="Held-out pictures that have it">
              Pictures
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((tag) => (
            <tr key={tag.class_id}>
              <th scope="row" className="ellipsis">
                {name(tag)}
              </th>
              <td className="num">{fixed(tag.threshold, 2)}</td>
              <td className="num">{fixed(tag.precision, 2)}</td>
              <td className="num">{fixed(tag.recall, 2)}</td>
              <td className="num">{fixed(tag.f1, 2)}</td>
              <td className="num">{fixed(tag.average_precision, 2)}</td>
              <td className="num">{count(tag.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Honesty({ head, names }: { head: Head; names: ReadonlyMap<number, string> }) {
  const [chosen, setChosen] = useState("");
  const tag = head.tags?.find((one) => String(one.class_id) === chosen);
  return (
    <section className="stack" aria-label="Reliability">
      {head.tags && head.tags.length > 0 && (
        <label className="row small reliability-of">
          <span className="muted">Reliability of</span>
          <select className="input compact" value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="">all tags</option>
            {head.tags.map((one) => (
              <option key={one.class_id} value={String(one.class_id)}>
                {names.get(one.class_id) ?? "(deleted)"}
              </option>
            ))}
          </select>
        </label>
      )}
      <Reliability bins={tag?.reliability ?? head.reliability} />
      {tag && (
        <p className="muted small">
          ECE {fixed(tag.ece)}, {tag.method === "none" ? "uncalibrated" : `calibrated by ${tag.method}`}
        </p>
      )}
    </section>
  );
}

function Facts({ head }: { head: Head }) {
  const rows: [string, string][] = [
    ["Labels", count(head.labels)],
    ...(head.task === "multi"
      ? ([
          ["Held-out F1, mean of tags", percent(head.macro_f1)],
          ["Held-out F1, all answers", percent(head.micro_f1)],
        ] satisfies [string, string][])
      : ([["Held-out accuracy", percent(head.accuracy)]] satisfies [string, string][])),
    ["Held-out log loss", fixed(head.log_loss)],
    ["Calibration error (ECE)", fixed(head.ece)],
    ["Calibrated by", head.method],
    ["Measured on", head.measured_on || "–"],
    ["Fitted", ago(head.at)],
  ];
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** What the head has learned, how good it is, and how far from the target. */
export function HeadReport({ head, project }: { head: Head; project: string }) {
  const { byId } = useClasses(project);
  const names = new Map([...byId].map(([id, look]) => [id, look.name]));
  const refit = useMutation({
    mutationFn: () => api.trainHead(project),
    onSuccess: (next) => queries.setQueryData(keys.head(project), next),
    onError: (error) => toasts.fail(error),
  });
  return (
    <div className="stack head-report">
      <h2>Head on {head.encoder}</h2>
      <div className="head-columns">
        <div className="stack">
          {head.estimate && <Target head={head} estimate={head.estimate} />}
          <Facts head={head} />
        </div>
        <div className="stack">
          <Honesty head={head} names={names} />
          <div className="grow" />
          <Button small disabled={refit.isPending} onClick={() => refit.mutate()}>
            {refit.isPending ? "Refitting …" : "Refit now"}
          </Button>
        </div>
      </div>
      {head.task === "multi" && head.tags && <Tags tags={head.tags} names={names} />}
      {head.note && <p className="muted small">{sentence(head.note)}.</p>}
    </div>
  );
}
