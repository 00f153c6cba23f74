import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { NetworkComparison, Run, RunDetail } from "@/api/types";
import { to } from "@/app/project";
import { ago, many, percent } from "@/ui/format";
import { ErrorNote, Skeleton } from "@/ui/States";

const named = (run: Run) => `${run.network}, ${ago(run.created_at)}`;

function Verdict({ project, data, other }: { project: string; data: NetworkComparison; other: string }) {
  const [mine = 0, theirs = 0] = data.accuracy;
  const { difference } = data;
  const text =
    data.better === null
      ? "The difference can be chance."
      : data.better === 0
        ? "This one is better."
        : "The other one is better.";
  return (
    <div className="card trust-verdict stack">
      <p role="status">
        <b>{text}</b> On the same {many(data.images, "picture")} of the {data.split} split this one gets {percent(mine)}
        , <Link to={to.run(project, other)}>the other</Link> {percent(theirs)}: {percent(difference.value)} more (
        {percent(difference.low)} to {percent(difference.high)}), p{" "}
        {data.p < 0.001 ? "< 0.001" : `= ${data.p.toFixed(3)}`}.
      </p>
      <p className="muted small">
        {many(data.only_first.length, "picture")} this one alone gets right, {data.only_second.length} the other alone.
      </p>
    </div>
  );
}

/** This training against another, on the pictures that both were asked about. */
export function Against({ project, run }: { project: string; run: RunDetail }) {
  const id = useId();
  const [other, setOther] = useState("");
  const runs = useQuery({ queryKey: keys.runs(project), queryFn: () => api.runs(project) });
  const compared = useQuery({
    queryKey: keys.compared(run.id, other),
    queryFn: () => api.compareModels(run.id, other),
    enabled: other !== "",
  });
  const others = (runs.data ?? []).filter((one) => one.state === "done" && one.id !== run.id);
  if (others.length === 0) return null;
  return (
    <section className="stack">
      <h2>Against another training</h2>
      <div className="row">
        <label htmlFor={id}>Compare with</label>
        <select id={id} className="input" value={other} onChange={(event) => setOther(event.target.value)}>
          <option value="">choose</option>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {named(one)}
            </option>
          ))}
        </select>
      </div>
      {compared.error && <ErrorNote error={compared.error} />}
      {compared.isLoading && <Skeleton height={60} />}
      {compared.data && <Verdict project={project} data={compared.data} other={other} />}
    </section>
  );
}
