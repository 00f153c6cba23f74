import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { urls } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Model, ModelForm } from "@/api/types";
import { to } from "@/app/project";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { bytes } from "@/ui/format";
import { exporting } from "./calls";
import { ExportDialog } from "./ExportDialog";
import { FormReport } from "./FormReport";
import { called, headlineOf, speed, type Report } from "./report";
import "./export.css";

const reportOf = (form: ModelForm): Report => form.report;

function Row({ form, own, onReport }: { form: ModelForm; own: boolean; onReport: () => void }) {
  const report = reportOf(form);
  const head = report.judged ? headlineOf(report.judged) : null;
  return (
    <li className="form-row">
      <div className="row">
        {own ? <b>{called(form)}</b> : <Link to={to.model(form.model)}>{called(form)}</Link>}
        {form.forced && <span className="badge warn">forced</span>}
        <span className="grow" />
        {(report.files?.length ?? 0) > 0 && (
          <Button small look="quiet" aria-label={`Report of ${called(form)}`} onClick={onReport}>
            Report
          </Button>
        )}
      </div>
      <span className="muted small">
        {[bytes(form.bytes), speed(report), head && `${head.name} ${head.after} (${head.change})`]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </li>
  );
}

/** The exported forms of a model, and the way to one more. */
export function Forms({ model }: { model: Model }) {
  const { data } = useQuery({ queryKey: keys.forms(model.id), queryFn: () => exporting.forms(model.id) });
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<ModelForm | null>(null);
  const forms = data ?? [];
  return (
    <>
      {forms.length > 0 && (
        <ul className="form-list" aria-label="Forms">
          {forms.map((form) => (
            <Row key={form.model} form={form} own={form.model === model.id} onReport={() => setShown(form)} />
          ))}
        </ul>
      )}
      <Button onClick={() => setMaking(true)}>int8 and other forms …</Button>
      {making && <ExportDialog model={model} onClose={() => setMaking(false)} />}
      {shown && (
        <Dialog open wide onClose={() => setShown(null)} title={`${model.name} as ${called(shown)}`}>
          <FormReport report={reportOf(shown)} forced={shown.forced} />
        </Dialog>
      )}
    </>
  );
}

/** Of a model that is a form itself: what it was made from, and how it compares. */
export function FormCard({ model }: { model: Model }) {
  const report = model.report as Report | undefined;
  if (!model.origin || !report) return null;
  return (
    <section className="card stack" aria-labelledby="form-title">
      <div className="row">
        <h2 id="form-title" className="grow">
          {called({ format: model.format ?? "onnx", precision: model.precision ?? "float32" })}
        </h2>
        {model.forced && <span className="badge warn">forced</span>}
      </div>
      <p className="muted small">
        A form of <Link to={to.model(model.origin)}>{model.name.replace(/-(int8.*|torchscript|openvino.*)$/, "")}</Link>
        .
      </p>
      <FormReport report={report} forced={model.forced === true} />
      {model.format !== "openvino" && (
        <div className="row">
          <a className="button" href={urls.modelFile(model.id)} download>
            <Download size={16} aria-hidden /> Download
          </a>
        </div>
      )}
    </section>
  );
}
