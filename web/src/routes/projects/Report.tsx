import type { IngestReport, Skipped } from "@/api/types";
import { count, duration, many } from "@/ui/format";

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

function classesIn(labels: IngestReport["labels"]): [string, number][] {
  const classes = labels?.classes;
  if (typeof classes !== "object" || classes === null || Array.isArray(classes)) return [];
  return Object.entries(classes).filter((entry): entry is [string, number] => typeof entry[1] === "number");
}

/** What a look at a folder found, before anything is written. */
export function Report({ report }: { report: IngestReport }) {
  const classes = classesIn(report.labels);
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
      {classes.length > 0 && (
        <p className="small">
          <span className="muted">Labels: </span>
          {classes
            .slice(0, 24)
            .map(([name, n]) => `${name} ${count(n)}`)
            .join(" · ")}
          {classes.length > 24 && ` · and ${classes.length - 24} more`}
        </p>
      )}
      {report.skipped.length > 0 && <SkippedList skipped={report.skipped} />}
      <p className="muted small">Looked at in {duration(report.seconds)}. Nothing has been written yet.</p>
    </section>
  );
}
