import { CircleCheck, ScrollText, Shapes } from "lucide-react";
import { Link } from "react-router";
import type { Job, Skipped } from "@/api/types";
import { to } from "@/app/project";
import { JobView } from "@/routes/jobs/JobView";
import { SkippedList } from "@/routes/projects/Report";
import { ago, count, many, sentence } from "@/ui/format";

/** What a finished build says of itself. */
interface Report {
  readonly out: string;
  readonly path: string;
  readonly pictures: number;
  readonly polygons: number;
  readonly outlines: number;
  readonly fallbacks: number;
  readonly fallback_reasons: Readonly<Record<string, number>>;
  readonly left_out: number;
  readonly splits: Readonly<Record<string, { readonly pictures: number; readonly objects: number }>>;
  readonly skipped: Skipped[];
}

const isReport = (value: unknown): value is Report =>
  typeof value === "object" && value !== null && "fallback_reasons" in value && "splits" in value;

/** The newest build: how it goes, or what came of it. */
export function Built({ job }: { job: Job }) {
  if (job.state === "done" && isReport(job.result)) return <Done job={job} report={job.result} />;
  return (
    <section aria-label="The newest build">
      <JobView id={job.id} />
    </section>
  );
}

function Done({ job, report }: { job: Job; report: Report }) {
  const kept = report.outlines > 0 ? `, and ${many(report.outlines, "outline")} taken over` : "";
  return (
    <section className="card stack segment-done" aria-labelledby="segment-done">
      <header className="row">
        <CircleCheck size={18} color="var(--good)" aria-hidden />
        <h2 id="segment-done" className="grow">
          {report.out} <span className="muted small">{ago(job.finished_at ?? job.created_at)}</span>
        </h2>
        <Link className="button small" to={to.job(job.id)}>
          <ScrollText size={14} aria-hidden /> Log
        </Link>
        <Link className="button small primary" to={to.objects(report.out)}>
          <Shapes size={14} aria-hidden /> Open
        </Link>
      </header>
      <p>
        {many(report.polygons, "polygon")} in {many(report.pictures, "picture")}
        {kept}.
      </p>
      <dl className="facts">
        {Object.entries(report.splits).map(([split, one]) => (
          <div key={split} className="facts-row">
            <dt>{split}</dt>
            <dd>
              {many(one.pictures, "picture")}, {many(one.objects, "object")}
            </dd>
          </div>
        ))}
        {Object.entries(report.fallback_reasons).map(([why, boxes]) => (
          <div key={why} className="facts-row">
            <dt>{boxes === 1 ? "1 box stays" : `${count(boxes)} boxes stay`}</dt>
            <dd>{sentence(why)}</dd>
          </div>
        ))}
        {report.left_out > 0 && (
          <div className="facts-row">
            <dt>{many(report.left_out, "point")} left out</dt>
            <dd>Points and keypoints have no outline.</dd>
          </div>
        )}
        <div className="facts-row">
          <dt>folder</dt>
          <dd className="mono">{report.path}</dd>
        </div>
      </dl>
      {report.skipped.length > 0 && <SkippedList skipped={report.skipped} />}
    </section>
  );
}
