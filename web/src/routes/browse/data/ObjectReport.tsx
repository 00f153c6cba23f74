import type { ObjectImportReport as Report } from "@/api/types";
import { count, many } from "@/ui/format";
import { Pairs } from "./Lists";

const NAMES: Readonly<Record<string, string>> = {
  yolo: "YOLO",
  "yolo-seg": "YOLO, polygons",
  "yolo-obb": "YOLO, oriented boxes",
  "yolo-pose": "YOLO, poses",
  coco: "COCO",
  voc: "Pascal VOC",
  cvat: "CVAT for images",
  labelstudio: "Label Studio",
  labelme: "labelme",
  datumaro: "Datumaro",
  dota: "DOTA",
  masks: "PNG masks",
};
const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  box: ["box", "boxes"],
  obb: ["oriented box", "oriented boxes"],
  polygon: ["polygon", "polygons"],
  mask: ["mask", "masks"],
  keypoints: ["pose", "poses"],
  point: ["point", "points"],
};

/** "3 boxes, 1 mask". */
export function kindsText(kinds: Readonly<Record<string, number>>): string {
  return Object.entries(kinds)
    .map(([kind, number]) => many(number, ...(KINDS[kind] ?? [kind, kind])))
    .join(", ");
}

interface ClassesProps {
  readonly report: Report;
  readonly mapping: Readonly<Record<string, string>>;
  readonly onChange: (mapping: Record<string, string>) => void;
}

/** What the data set calls its classes, and what they become here; an empty field leaves them out. */
function Classes({ report, mapping, onChange }: ClassesProps) {
  const known = new Set(report.classes.known);
  return (
    <details>
      <summary>
        {many(report.class_names.length, "class", "classes")}
        {report.classes.new.length > 0 && <span className="muted">, {count(report.classes.new.length)} new</span>}
      </summary>
      <div className="scroll" tabIndex={0} role="region" aria-label="What classes become">
        <table>
          <thead>
            <tr>
              <th scope="col">in the data set</th>
              <th scope="col">here; empty: left out</th>
            </tr>
          </thead>
          <tbody>
            {report.class_names.map(({ written, name }) => (
              <tr key={written}>
                <td>{written}</td>
                <td>
                  <input
                    className="input"
                    aria-label={`${written} becomes`}
                    disabled={!report.dry_run}
                    defaultValue={name ?? ""}
                    onBlur={(event) => {
                      const next = event.target.value.trim();
                      if (next !== (name ?? "")) onChange({ ...mapping, [written]: next });
                    }}
                  />{" "}
                  {name !== null && !known.has(name) && <span className="muted small">new</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** What an import of objects changes, or has changed. */
export function ObjectReport({ report, mapping, onChange }: ClassesProps) {
  const { objects, pictures } = report;
  const figures = [
    [report.records === 1 ? "picture in it" : "pictures in it", report.records],
    ["matched", report.matched],
    ["objects to add", report.annotations],
    ["there already", objects.same],
  ] as const;
  const kinds = kindsText(objects.by_kind);
  return (
    <section className="stack data-lists" aria-label={report.dry_run ? "What it would change" : "What it changed"}>
      <p className="small muted">
        This is {NAMES[report.format] ?? report.format}
        {kinds && `: ${kinds}`}.
      </p>
      <dl className="report-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dd>{count(value)}</dd>
            <dt>{name === "objects to add" && !report.dry_run ? "objects added" : name}</dt>
          </div>
        ))}
      </dl>
      {objects.deleted > 0 && (
        <p className="note warn small">
          {many(objects.deleted, "object")} that {objects.deleted === 1 ? "is" : "are"} not in the data set{" "}
          {report.dry_run ? "would be" : "were"} deleted.
        </p>
      )}
      {report.class_names.length > 0 && <Classes report={report} mapping={mapping} onChange={onChange} />}
      {pictures.lacking > 0 && pictures.added === null && (
        <p className="small">
          {many(pictures.lacking, "picture")} of the data set {pictures.lacking === 1 ? "is" : "are"} not in this
          project.
        </p>
      )}
      {pictures.added && <p className="small">{many(pictures.added.added, "picture")} added.</p>}
      {report.waiting > 0 && (
        <p className="small">
          Labels of {many(report.waiting, "picture")} {report.dry_run ? "would wait" : "wait"} until the pictures come.
        </p>
      )}
      <Pairs
        title={`${many(report.skipped_count, "thing")} that cannot be used`}
        heads={["where", "why"]}
        rows={report.skipped.map((one) => [one.where, one.reason])}
      />
      <Pairs
        title={`${many(report.unmatched, "picture")} not in this project`}
        heads={["path"]}
        rows={report.unmatched_paths.map((one) => [one])}
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
