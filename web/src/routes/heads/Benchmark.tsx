import { useMutation, useQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { headCalls, headKeys, type HeadComparison } from "@/api/heads";
import { keys } from "@/api/keys";
import type { Job } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { ago, count, fixed, percent } from "@/ui/format";
import { Bar, Empty, ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";

const KIND = "benchmark-heads";
const HEADS = [
  { value: "logistic", name: "Logistic regression" },
  { value: "mlp", name: "MLP" },
] as const;
type HeadKind = (typeof HEADS)[number]["value"];

const seconds = (value: number | null) => (value === null ? "–" : `${value.toFixed(value < 10 ? 1 : 0)} s`);
const toggled = <T,>(all: ReadonlySet<T>, one: T): ReadonlySet<T> => {
  const next = new Set(all);
  if (!next.delete(one)) next.add(one);
  return next;
};

interface ChoiceProps<T extends string> {
  legend: string;
  of: readonly { readonly value: T; readonly name: string; readonly missing?: string | null }[];
  chosen: ReadonlySet<T>;
  onToggle: (one: T) => void;
}

function Choice<T extends string>({ legend, of, chosen, onToggle }: ChoiceProps<T>) {
  return (
    <fieldset className="bench-choice">
      <legend>{legend}</legend>
      {of.map(({ value, name, missing }) => (
        <label key={value} className={missing ? "muted" : ""} title={missing ?? undefined}>
          <input
            type="checkbox"
            checked={chosen.has(value) && !missing}
            disabled={Boolean(missing)}
            onChange={() => onToggle(value)}
          />
          {name}
          {missing && <span className="small"> ({missing})</span>}
        </label>
      ))}
    </fieldset>
  );
}

function Pairs({ found }: { found: HeadComparison }) {
  const best = found.rows[0]?.macro_f1 ?? 0;
  return (
    <>
      {found.note && <p className="note warn">{found.note}</p>}
      <div className="card table-scroll" tabIndex={0} role="region" aria-label="Encoders and heads, the best first">
        <table className="data bench">
          <thead>
            <tr>
              <th scope="col">Encoder</th>
              <th scope="col">Head</th>
              <th scope="col" className="num" title="Mean F1 over the classes that an object can have">
                Macro F1
              </th>
              <th scope="col" className="num">
                Accuracy
              </th>
              <th scope="col" className="num">
                ECE
              </th>
              <th scope="col" className="num">
                Vector
              </th>
              <th scope="col" className="num">
                Held out
              </th>
              <th scope="col" className="num" title="Vectors that were there already cost nothing">
                Embedding
              </th>
              <th scope="col" className="num">
                Fitting
              </th>
            </tr>
          </thead>
          <tbody>
            {found.rows.map((row) => (
              <tr key={`${row.encoder} ${row.head}`}>
                <th scope="row" className="row-head">
                  {row.encoder}
                </th>
                <td>{row.head}</td>
                {row.fault ? (
                  <td colSpan={7} className="head-fault small">
                    {row.fault}
                  </td>
                ) : (
                  <>
                    <td className="num">
                      <span className="f1-bar" aria-hidden="true">
                        <span style={{ width: `${best > 0 ? ((row.macro_f1 ?? 0) / best) * 100 : 0}%` }} />
                      </span>
                      <span className="f1-value">{percent(row.macro_f1)}</span>
                    </td>
                    <td className="num">{percent(row.accuracy)}</td>
                    <td className="num">{fixed(row.ece)}</td>
                    <td className="num">{row.dim}</td>
                    <td className="num">{count(row.rows ?? 0)}</td>
                    <td className="num">{seconds(row.embed_s)}</td>
                    <td className="num">{seconds(row.fit_s)}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted small">
        Measured {ago(found.at)}. All pairs learn from the same images and are measured on the same others.
      </p>
    </>
  );
}

/** What the newest comparison says while it goes on, or why it failed. */
function Going({ job }: { job: Job }) {
  const active = isActive(job.state);
  useEffect(() => {
    if (!active && job.project) void queries.invalidateQueries({ queryKey: headKeys.compared(job.project) });
  }, [active, job.project]);
  if (active) {
    return (
      <div className="heads-progress">
        <Bar label="Comparing" done={job.done} total={job.total} />
        <span className="muted small" role="status">
          {job.note || (job.state === "queued" ? "waits for its turn" : "starting")}{" "}
          <Link to={to.job(job.id)}>Log</Link>
        </span>
      </div>
    );
  }
  if (job.state !== "failed" || !job.error) return null;
  return <ErrorNote error={Object.assign(new Error(job.error.message), { hint: job.error.hint })} />;
}

/** Encoders against heads: which pair suits the pictures of this project. */
export function Benchmark({ project }: { project: string }) {
  const { data: jobs } = useJobs();
  const { data: engines } = useQuery({ queryKey: keys.engines, queryFn: api.engines });
  const found = useQuery({ queryKey: headKeys.compared(project), queryFn: () => headCalls.compared(project) });
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [heads, setHeads] = useState<ReadonlySet<HeadKind>>(new Set(["logistic", "mlp"]));
  const start = useMutation({
    mutationFn: (encoders: string[]) => headCalls.compare(project, { encoders, heads: [...heads], spec: {} }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.jobs }),
  });
  if (found.error && !found.data) return <ErrorNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!engines || found.isPending) return <Skeletons count={4} height={40} />;
  const encoders = engines.filter((one) => one.kind === "encoder");
  const chosen = encoders.filter((one) => one.ready && !off.has(one.name)).map((one) => one.name);
  const job = jobs?.find((one) => one.kind === KIND && one.project === project);
  const busy = job !== undefined && isActive(job.state);
  return (
    <div className="stack">
      <div className="card bench-ask">
        <Choice
          legend="Encoders"
          of={encoders.map((one) => ({ value: one.name, name: one.name, missing: one.ready ? null : one.missing }))}
          chosen={new Set(chosen)}
          onToggle={(one) => setOff(toggled(off, one))}
        />
        <Choice legend="Heads" of={HEADS} chosen={heads} onToggle={(one) => setHeads(toggled(heads, one))} />
        <Button
          look="primary"
          disabled={busy || start.isPending || chosen.length === 0 || heads.size === 0}
          onClick={() => start.mutate(chosen)}
        >
          <Scale size={16} aria-hidden /> Compare {count(chosen.length * heads.size)}
        </Button>
      </div>
      {start.error && <ErrorNote error={start.error} />}
      {job && <Going key={job.id} job={job} />}
      {found.data ? (
        <Pairs found={found.data} />
      ) : (
        !busy && (
          <Empty icon={<Scale size={32} aria-hidden />} title="Nothing compared yet">
            Every encoder that is ready is tried with every head, on one split of the images. Vectors that are there are
            used again, so a second comparison is quick.
          </Empty>
        )
      )}
    </div>
  );
}
