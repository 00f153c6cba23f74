import type { IngestReport, Skipped } from "@/api/types";
import { count, duration, many, sentence } from "@/ui/format";

/** Reasons with their files, the commonest first. */
export function byReason(skipped: readonly Skipped[]): { reason: string; paths: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { reason, path } of skipped) groups.set(reason, [...(groups.get(reason) ?? []), path]);
  return [...groups].map(([reason, paths]) => ({ reason, paths })).sort((a, b) => b.paths.length - a.paths.length);
}

export function SkippedList({ skipped }: { skipped: readonly Skipped[] }) {
  return (
    <div className="skipped">
      {byReason(skipped).map(({ reason, paths }) => (
        <details key={reason}>
          <summary>
            {many(paths.length, "file")}: {reason}
          </summary>
          <ul className="mono">
            {paths.slice(0, 200).map((path) => (
              <li key={path}>{path}</li>
            ))}
            {paths.length > 200 && <li>… and {count(paths.length - 200)} more</li>}
          </ul>
        </details>
      ))}
    </div>
  );
}

interface LabelsFound {
  readonly kind: string;
  readonly classes: readonly string[];
  readonly labelled: number;
  readonly conflicts: number;
}

/** Why tag files were read or were not, and what the project's task is then. */
function Rule({ labels }: { labels: IngestReport["labels"] }) {
  const { rule, task } = (labels ?? {}) as Partial<Record<string, unknown>>;
  if (typeof rule !== "string" || rule === "") return null;
  return (
    <p className="small muted">
      {sentence(rule)}. {task === "multi" ? "Images have tags." : "An image has one class."}
    </p>
  );
}

/** The labels that folders or tag files give, if they give any. */
function labelsIn(labels: IngestReport["labels"]): LabelsFound | null {
  const { kind, classes, labelled, conflicts } = (labels ?? {}) as Partial<Record<string, unknown>>;
  if (typeof kind !== "string" || !Array.isArray(classes) || classes.length === 0) return null;
  return { kind, classes: classes.map(String), labelled: Number(labelled ?? 0), conflicts: Number(conflicts ?? 0) };
}

const MOST_NAMES = 24;

function Labels({ found }: { found: LabelsFound }) {
  const more = found.classes.length - MOST_NAMES;
  return (
    <p className="small">
      <b>{many(found.labelled, "label")}</b> <span className="muted">from {found.kind}:</span>{" "}
      {found.classes.slice(0, MOST_NAMES).join(", ")}
      {more > 0 && ` and ${count(more)} more`}
      {found.conflicts > 0 && `; ${many(found.conflicts, "picture")} with labels that disagree`}
    </p>
  );
}

/** What a look at a folder found, before anything is written. */
export function Report({ report }: { report: IngestReport }) {
  const labels = labelsIn(report.labels);
  return (
    <section className="stack" aria-label="What was found">
      <dl className="report-figures">
        {(
          [
            ["found", report.found],
            ["new", report.added],
            ["known already", report.known],
            ["skipped", report.skipped.length],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dd>{count(value)}</dd>
            <dt>{name}</dt>
          </div>
        ))}
      </dl>
      {labels && <Labels found={labels} />}
      {report.found > 0 && <Rule labels={report.labels} />}
      {report.found === 0 && (
        <p>
          <b>There is no picture in it.</b>{" "}
          <span className="muted">
            JPEG, PNG, WebP, BMP, GIF, TIFF, FITS and HEIC are looked for, in all folders below.
          </span>
        </p>
      )}
      {report.skipped.length > 0 && <SkippedList skipped={report.skipped} />}
      <p className="muted small">Looked at in {duration(report.seconds)}. Nothing has been written yet.</p>
    </section>
  );
}
