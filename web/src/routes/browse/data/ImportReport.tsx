import type { ImportReport as Report } from "@/api/types";
import { count, many } from "@/ui/format";
import { Pairs } from "./Lists";

const NAMES: Readonly<Record<string, string>> = {
  zip: "a ZIP of labels",
  csv: "a table",
  imagefolder: "class folders",
  hf: "a Hugging Face imagefolder",
  parquet: "a Parquet file",
  hoshina: "a HOSHINA data set",
  hootsight: "a HootSight project",
};

function Classes({ report }: { report: Report }) {
  const { new: made, known } = report.classes;
  if (made.length + known.length === 0) return null;
  return (
    <p className="small">
      {made.length > 0 && (
        <>
          <b>New classes:</b> {made.slice(0, 30).join(", ")}
          {made.length > 30 && ` and ${count(made.length - 30)} more`}
        </>
      )}
      {made.length > 0 && known.length > 0 && <br />}
      {known.length > 0 && <span className="muted">Known: {known.slice(0, 30).join(", ")}</span>}
    </p>
  );
}

/** What an import changes, or has changed. */
export function ImportReport({ report }: { report: Report }) {
  const figures = [
    ["records", report.records],
    ["matched", report.matched],
    [report.dry_run ? "would change" : "changed", report.changed],
    ["as they are", report.same],
  ] as const;
  return (
    <section className="stack data-lists" aria-label={report.dry_run ? "What it would change" : "What it changed"}>
      <p className="small muted">This is {NAMES[report.format] ?? report.format}.</p>
      <dl className="report-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dd>{count(value)}</dd>
            <dt>{name}</dt>
          </div>
        ))}
      </dl>
      <Classes report={report} />
      {report.pictures.lacking > 0 && report.pictures.added === null && (
        <p className="small">
          {many(report.pictures.lacking, "picture")} of the data set {report.pictures.lacking === 1 ? "is" : "are"} not
          in this project.
        </p>
      )}
      {report.pictures.added && <p className="small">{many(report.pictures.added.added, "picture")} added.</p>}
      <Pairs
        title={`${many(report.conflict_count, "conflict")}: what is there stays`}
        heads={["picture", "now", "in the data set"]}
        rows={report.conflicts.map((one) => [one.path, one.now, one.wanted])}
      />
      <Pairs
        title={`${many(report.unmatched_count, "record")} without an image here`}
        heads={["path"]}
        rows={report.unmatched.map((one) => [one])}
      />
      <Pairs
        title={`${many(report.skipped_count, "line")} that cannot be used`}
        heads={["where", "why"]}
        rows={report.skipped.map((one) => [one.path, one.reason])}
      />
      {report.notes.map((note) => (
        <p key={note} className="note warn small">
          {note}
        </p>
      ))}
      {report.dry_run && <p className="small muted">Nothing has been changed yet.</p>}
    </section>
  );
}
