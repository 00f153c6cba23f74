import { Square } from "lucide-react";
import { useState, type ReactNode, type SubmitEvent } from "react";
import { Link } from "react-router";
import type { ExportWish, Job, Model } from "@/api/types";
import { to } from "@/app/project";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Bar, ErrorNote } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";
import { FormReport } from "./FormReport";
import type { Report } from "./report";
import { useExport } from "./useExport";
import "./export.css";

interface Option<T extends string> {
  readonly value: T;
  readonly name: string;
  readonly about: string;
}

type Format = NonNullable<ExportWish["format"]>;
type Quantize = NonNullable<ExportWish["quantize"]>;

const FORMATS: readonly Option<Format>[] = [
  { value: "onnx", name: "ONNX", about: "Runs nearly everywhere." },
  { value: "openvino", name: "OpenVINO", about: "Fast on Intel's processors." },
  { value: "torchscript", name: "TorchScript", about: "For programs with PyTorch." },
];
const NUMBERS: readonly Option<Quantize>[] = [
  { value: "int8", name: "int8", about: "A quarter of the size, fastest. Calibrated on labelled pictures." },
  { value: "none", name: "float32", about: "As it was trained." },
  { value: "dynamic", name: "int8, dynamic", about: "Small weights, no calibration; seldom faster." },
];

/** Why a form cannot be made of a model; empty: it can. */
function obstacle(model: Pick<Model, "format">, format: Format, quantize: Quantize): string {
  if (format === "torchscript" && model.format === "onnx") return "An ONNX file does not become TorchScript.";
  if (format === "torchscript" && quantize !== "none") return "TorchScript is exported in float32.";
  if (format === "openvino" && quantize === "dynamic") return "Only with ONNX.";
  if (format === "onnx" && quantize === "none" && model.format === "onnx") return "It is that already.";
  return "";
}

function Choice<T extends string>(props: {
  legend: string;
  name: string;
  options: readonly Option<T>[];
  value: T;
  why: (value: T) => string;
  onValue: (value: T) => void;
}) {
  return (
    <fieldset className="form-choice">
      <legend>{props.legend}</legend>
      {props.options.map((one) => {
        const why = props.why(one.value);
        const chosen = one.value === props.value;
        return (
          <label key={one.value} className={`choice-card ${chosen ? "chosen" : ""} ${why && !chosen ? "off" : ""}`}>
            <input
              type="radio"
              name={props.name}
              value={one.value}
              checked={chosen}
              disabled={why !== "" && !chosen}
              onChange={() => props.onValue(one.value)}
            />
            <b>{one.name}</b>
            <span className="muted small">{why || one.about}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

interface Fields {
  readonly drop: string;
  readonly calibration: string;
  readonly data: string;
}

const number = (text: string): number | null => (text.trim() === "" ? null : Number(text));

function More({ fields, onFields }: { fields: Fields; onFields: (fields: Fields) => void }) {
  const field = (id: keyof Fields, label: string, hint: string, props: Record<string, unknown>) => (
    <div className="field">
      <label htmlFor={`export-${id}`}>{label}</label>
      <input
        id={`export-${id}`}
        className="input"
        value={fields[id]}
        autoComplete="off"
        aria-describedby={`export-${id}-hint`}
        onChange={(event) => onFields({ ...fields, [id]: event.target.value })}
        {...props}
      />
      <span id={`export-${id}-hint`} className="muted small">
        {hint}
      </span>
    </div>
  );
  const numeric = { type: "number", min: 0, step: "any" };
  return (
    <details>
      <summary>More</summary>
      <div className="form-more">
        {field("drop", "Points it may lose", "More is refused. Empty: as in the settings.", { ...numeric, max: 100 })}
        {field("calibration", "Pictures to calibrate on", "Of the training split. Empty: 128.", {
          ...numeric,
          min: 1,
          step: 1,
        })}
        {field("data", "Folder with labelled pictures", "Instead of the project: one folder for each class.", {
          placeholder: "/home/me/pictures",
        })}
      </div>
    </details>
  );
}

/** What came of it: where it is now, or why it was refused. */
function Outcome({ job, onForce }: { job: Job; onForce: () => void }) {
  if (isActive(job.state)) {
    return (
      <div className="stack tight-stack" role="status">
        <span className="small">{job.note || "waiting"}</span>
        <Bar label="Exporting" done={job.done} total={job.total} />
      </div>
    );
  }
  if (job.state === "done") {
    const { name, model, report, forced } = job.result as {
      name?: string;
      model?: string;
      report?: Report;
      forced?: boolean;
    };
    return (
      <>
        <p className="note" role="status">
          <span>
            {model ? (
              <>
                It is a model of its own: <Link to={to.model(model)}>{name}</Link>
              </>
            ) : (
              "The file lies beside the model."
            )}
          </span>
        </p>
        {report && <FormReport report={report} forced={forced === true} />}
      </>
    );
  }
  if (!job.error) return <p className="note">It was stopped; nothing was written.</p>;
  const { code, message, hint, report } = job.error as {
    code?: string;
    message: string;
    hint?: string;
    report?: Report;
  };
  return (
    <>
      <ErrorNote error={Object.assign(new Error(message), { hint })} />
      {report && <FormReport report={report} forced={false} />}
      {code === "accuracy_loss" && (
        <div className="row">
          <Button small onClick={onForce}>
            Keep it all the same
          </Button>
          <span className="muted small">It is marked wherever it is shown.</span>
        </div>
      )}
    </>
  );
}

/** Makes a form of a model: which one, and what it may lose. */
export function ExportDialog({
  model,
  onClose,
}: {
  model: Pick<Model, "id" | "name" | "format">;
  onClose: () => void;
}) {
  const { job, start, stop, reset } = useExport(model);
  const [format, setFormat] = useState<Format>("onnx");
  const [quantize, setQuantize] = useState<Quantize>("int8");
  const [fields, setFields] = useState<Fields>({ drop: "", calibration: "", data: "" });
  const why = obstacle(model, format, quantize);
  const busy = start.isPending || (job !== null && isActive(job.state));
  const go = (force: boolean) =>
    start.mutate({
      format,
      quantize,
      force,
      max_drop: number(fields.drop),
      data: fields.data.trim() || null,
      ...(number(fields.calibration) === null ? {} : { calibration: number(fields.calibration) ?? 1 }),
    });
  const choose = (next: Format) => {
    setFormat(next);
    if (obstacle(model, next, quantize)) setQuantize(next === "torchscript" ? "none" : "int8");
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy && !why) go(false);
  };
  const foot: ReactNode =
    job === null ? (
      <>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" form="export-model" disabled={busy || why !== ""}>
          Export
        </Button>
      </>
    ) : busy ? (
      <>
        <Button onClick={() => stop.mutate(job.id)} disabled={stop.isPending}>
          <Square size={14} aria-hidden /> Stop
        </Button>
        <Button look="primary" onClick={onClose}>
          Go on in the background
        </Button>
      </>
    ) : (
      <>
        <Button onClick={reset}>Another form</Button>
        <Button look="primary" onClick={onClose}>
          Close
        </Button>
      </>
    );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Export ${model.name}`}
      about="A form for others to run. It is judged on labelled pictures that it was neither trained nor calibrated on, and refused if it loses too much."
      foot={foot}
    >
      {job === null ? (
        <form id="export-model" className="stack" onSubmit={submit}>
          <Choice
            legend="Format"
            name="format"
            options={FORMATS}
            value={format}
            why={(one) => (one === "torchscript" ? obstacle(model, one, "none") : "")}
            onValue={choose}
          />
          <Choice
            legend="Numbers"
            name="numbers"
            options={NUMBERS}
            value={quantize}
            why={(one) => obstacle(model, format, one)}
            onValue={setQuantize}
          />
          <More fields={fields} onFields={setFields} />
          {start.error && <ErrorNote error={start.error} />}
        </form>
      ) : (
        <Outcome job={job} onForce={() => go(true)} />
      )}
    </Dialog>
  );
}
