import { TriangleAlert } from "lucide-react";
import type { DetectionClass, DetectionReport } from "@/api/types";
import { count, fixed, many, percent, sentence } from "@/ui/format";
import { Confused } from "./Confused";
import { FAULTS, sourceName, type Meant } from "./errors";

interface Props {
  report: DetectionReport;
  onShow: (meant: Meant) => void;
}

function Figures({ report }: { report: DetectionReport }) {
  const figures: [string, string, string][] = [
    [percent(report.map), "mAP", "COCO: the mean over IoU .50 to .95 and all classes"],
    [percent(report.map50), "mAP at .50", "an object is found from an IoU of .50 on"],
    [percent(report.map75), "mAP at .75", "an object is found from an IoU of .75 on"],
    [percent(report.precision), "precision", "of what was said, so much is right"],
    [percent(report.recall), "recall", "of what is there, so much was found"],
    [percent(report.f1), "F1", "both in one figure"],
  ];
  return (
    <dl className="run-figures">
      {figures.map(([value, name, title]) => (
        <div key={name} title={title}>
          <dd>{value}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  );
}

function Faults({ report, onShow }: Props) {
  const most = Math.max(1, ...FAULTS.map(({ fault }) => report.errors[fault]?.objects ?? 0));
  return (
    <section className="stack">
      <h2>What is wrong</h2>
      <ul className="faults card">
        {FAULTS.map(({ fault, name, about }) => {
          const { objects = 0, images = 0 } = report.errors[fault] ?? {};
          return (
            <li key={fault}>
              <button
                type="button"
                className="fault"
                disabled={objects === 0}
                onClick={() => onShow({ fault, truth: null, said: null })}
              >
                <b>{sentence(name)}</b>
                <span className="small muted fault-about">{about}</span>
                <span className="tabular fault-count">{count(objects)}</span>
                <span className="small muted fault-images">{objects === 0 ? "" : `in ${many(images, "picture")}`}</span>
                <span className="fault-bar" aria-hidden>
                  <span style={{ width: `${(100 * objects) / most}%` }} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const FIGURES: readonly { readonly key: "ap" | "ap50" | "precision" | "recall" | "f1"; readonly name: string }[] = [
  { key: "ap", name: "mAP" },
  { key: "ap50", name: "at .50" },
  { key: "precision", name: "Precision" },
  { key: "recall", name: "Recall" },
  { key: "f1", name: "F1" },
];

function ClassLine({ row, onShow }: { row: DetectionClass; onShow: (meant: Meant) => void }) {
  return (
    <tr>
      <th scope="row">{row.name}</th>
      <td className="num">{count(row.truth)}</td>
      {FIGURES.map(({ key }) => (
        <td key={key} className="num">
          {percent(row[key])}
        </td>
      ))}
      {FAULTS.map(({ fault, name }) => {
        const mine = fault === "extra" ? { truth: null, said: row.class_id } : { truth: row.class_id, said: null };
        return (
          <td key={fault} className="num">
            {row[fault] === 0 ? (
              <span className="muted">0</span>
            ) : (
              <button
                type="button"
                className="link tabular"
                aria-label={`${row.name}, ${name}: ${row[fault]}`}
                onClick={() => onShow({ fault, ...mine })}
              >
                {count(row[fault])}
              </button>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Classes({ report, onShow }: Props) {
  const rows = report.per_class.filter((row) => row.truth > 0 || FAULTS.some(({ fault }) => row[fault] > 0));
  if (rows.length === 0) return null;
  return (
    <section className="stack">
      <h2>Classes</h2>
      <div className="card table-scroll" tabIndex={0} role="region" aria-label="Classes">
        <table className="data hover">
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col" className="num">
                Objects
              </th>
              {FIGURES.map(({ key, name }) => (
                <th key={key} scope="col" className="num">
                  {name}
                </th>
              ))}
              {FAULTS.map(({ fault, name }) => (
                <th key={fault} scope="col" className="num">
                  {sentence(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows
              .sort((a, b) => b.truth - a.truth)
              .map((row) => (
                <ClassLine key={row.class_id} row={row} onShow={onShow} />
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** How good predictions are: figures, kinds of errors, classes, confusion; each number leads to its pictures. */
export function Report({ report, onShow }: Props) {
  const changed = report.changed > 0 ? [`${many(report.changed, "picture")} changed since: judge again`] : [];
  const other = Object.keys(report.left_out.other_classes);
  const unknown = other.length > 0 ? [`the project has no class ${other.slice(0, 5).join(", ")}`] : [];
  return (
    <div className="predictions-inner">
      <header>
        <h2 className="predictions-title">{sourceName(report.predictions)}</h2>
        <p className="muted">
          {many(report.predicted, "prediction")} against {many(report.truth, "drawn object")} in{" "}
          {many(report.images, "picture")}, laid over each other by {report.by === "mask" ? "their pixels" : "boxes"}.
          Precision, recall and errors count predictions from score {fixed(report.min_score, 2)} on.
        </p>
      </header>
      <Figures report={report} />
      {[...changed, ...report.notes, ...unknown].length > 0 && (
        <div className="note">
          <TriangleAlert size={16} aria-hidden />
          <ul className="grow">
            {[...changed, ...report.notes, ...unknown].map((note) => (
              <li key={note}>{sentence(note)}.</li>
            ))}
          </ul>
        </div>
      )}
      <Faults report={report} onShow={onShow} />
      <Classes report={report} onShow={onShow} />
      <Confused report={report} onShow={onShow} />
    </div>
  );
}
