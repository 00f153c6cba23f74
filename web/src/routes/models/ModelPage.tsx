import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, ExternalLink, PackageCheck, RadioTower, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, urls } from "@/api/calls";
import { keys } from "@/api/keys";
import { modelFiles } from "@/api/modelFiles";
import type { Job, Model, ModelKind } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { ago, bytes, fixed, many, percent } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";
import { ExplainModel } from "../explain/ExplainModel";
import { FormCard, Forms } from "./export/Forms";
import { headline } from "./headline";
import { isExportable, isExported } from "./kinds";
import { Pairs } from "./Pairs";
import { Predict } from "./Predict";
import { Purpose } from "./Purpose";
import { Push } from "./Push";
import { RemoveModel } from "./RemoveModel";
import { Serve } from "./Serve";
import { Uses } from "./Uses";
import { Checked } from "./Verify";
import { JudgeModel } from "./worth/JudgeModel";
import { PackageButton } from "./worth/PackageModel";
import { SpeedModel } from "./worth/SpeedModel";
import "./models.css";

/** The newest export job of a model that this page has seen. */
function useExport(model: Model) {
  const { data: jobs } = useJobs();
  const [started, setStarted] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () => api.exportModel(model.id),
    onSuccess: (job) => {
      setStarted(job.id);
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
    onError: (error) => toasts.fail(error),
  });
  const ours = (job: Job) =>
    job.kind === "export" && (job.id === started || job.result?.path?.toString().includes(model.id) === true);
  return { start, job: jobs?.find(ours) };
}

/** What an export makes of each kind. */
const BECOMES: Readonly<Record<ModelKind, string>> = {
  classifier: "One file with the preprocessing, the classes and the calibration inside.",
  encoder: "One file with the preprocessing inside, which gives vectors of length 1.",
  segmenter: "An encoder and a decoder, as a model of its own that needs no torch.",
  detector: "",
  head: "",
  captioner: "",
};

function ExportSection({ model }: { model: Model }) {
  const { start, job } = useExport(model);
  const parity = job?.result?.parity_max_abs;
  const done = isExported(model);
  return (
    <section className="card stack" aria-labelledby="export-title">
      <div className="row">
        <h2 id="export-title" className="grow">
          {model.kind === "classifier" ? "Export" : "ONNX"}
        </h2>
        {done && <span className="badge good">exported</span>}
      </div>
      <p className="muted small">
        {BECOMES[model.kind ?? "classifier"]} It is only written once it answers as the network does.
      </p>
      {job && isActive(job.state) && <Bar label="Exporting" done={job.done} total={job.total} />}
      {job?.state === "failed" && job.error && (
        <ErrorNote error={Object.assign(new Error(job.error.message), { hint: job.error.hint })} />
      )}
      {typeof parity === "number" && (
        <p className="small">
          Largest difference to the network: <b className="mono">{parity.toExponential(1)}</b>
        </p>
      )}
      {model.kind === "segmenter" && <Pairs of={model} />}
      <div className="row">
        {done && (
          <a className="button primary" href={urls.modelFile(model.id)} download>
            <Download size={16} aria-hidden /> Download
          </a>
        )}
        {model.format !== "onnx" && (
          <Button
            look={done ? "plain" : "primary"}
            disabled={start.isPending || (job !== undefined && isActive(job.state))}
            onClick={() => start.mutate()}
          >
            <PackageCheck size={16} aria-hidden /> {done ? "Export again" : "Export to ONNX"}
          </Button>
        )}
      </div>
      {model.kind === "classifier" && <Forms model={model} />}
    </section>
  );
}

function Card({ model }: { model: Model }) {
  const { metrics, preprocess } = model;
  const figure = headline(metrics);
  const limits = model.thresholds ?? [];
  return (
    <section className="card stack" aria-labelledby="card-title">
      <h2 id="card-title">Card</h2>
      <dl className="facts">
        <dt>Kind</dt>
        <dd>
          {model.kind}
          {model.task === "multi" && " of tags"}
          {model.network && `, ${model.network}`}
        </dd>
        {figure && (
          <>
            <dt>{figure.name === "accuracy" ? "Accuracy" : figure.name}</dt>
            <dd>
              {percent(figure.value)} {metrics?.accuracy_split && `on ${metrics.accuracy_split}`}
            </dd>
          </>
        )}
        {metrics?.ece !== undefined && (
          <>
            <dt>Calibration error</dt>
            <dd>{fixed(metrics.ece)}</dd>
          </>
        )}
        {preprocess && (
          <>
            <dt>Input</dt>
            <dd>
              {String(preprocess.size)} × {String(preprocess.size)} px, {String(preprocess.resize)}
            </dd>
          </>
        )}
        {model.kind === "classifier" && model.temperature !== undefined && (
          <>
            <dt>Temperature</dt>
            <dd>{fixed(model.temperature)}</dd>
          </>
        )}
        <dt>Size</dt>
        <dd>{bytes(model.bytes)}</dd>
        {model.project && (
          <>
            <dt>Learned from</dt>
            <dd>
              <Link to={to.browse(model.project)}>{model.project}</Link>
              {model.run && (
                <>
                  {" in "}
                  <Link to={to.run(model.project, model.run)}>this training</Link>
                </>
              )}
            </dd>
          </>
        )}
        {model.licence && (
          <>
            <dt>Licence</dt>
            <dd>{model.licence}</dd>
          </>
        )}
        {model.source && (
          <>
            <dt>Source</dt>
            <dd>{model.source}</dd>
          </>
        )}
      </dl>
      {model.classes && model.classes.length > 0 && (
        <details>
          <summary className="small">
            {model.task === "multi"
              ? many(model.classes.length, "tag")
              : many(model.classes.length, "class", "classes")}
          </summary>
          <p className="small muted">
            {model.classes
              .map((name, at) => (limits[at] === undefined ? name : `${name} (from ${percent(limits[at], 0)})`))
              .join(", ")}
          </p>
        </details>
      )}
    </section>
  );
}

/** What is wrong with a model, and which file goes where. */
function Lost({ model }: { model: Model }) {
  if (!model.fault) return null;
  const lacks = model.lacks ?? [];
  return (
    <div className="stack tight-stack lost">
      <ErrorNote error={new Error(`It cannot be used: ${model.fault}`)} />
      {lacks.map((one) => (
        <p className="small" key={one.file}>
          Put <b className="mono">{one.file}</b> into <span className="mono">{one.folder}</span>
          {one.blake3 && (
            <span className="muted">
              {" "}
              (BLAKE3 <span className="mono">{one.blake3.slice(0, 16)}…</span>)
            </span>
          )}
        </p>
      ))}
    </div>
  );
}

/** The model as files: what uses them, and whether they are whole. */
function Files({ model }: { model: Model }) {
  const verify = useMutation({ mutationFn: () => modelFiles.verify(model.id), onError: (e) => toasts.fail(e) });
  const uses = model.used_by ?? [];
  return (
    <section className="card stack" aria-labelledby="files-title">
      <div className="row">
        <h2 id="files-title" className="grow">
          Files
        </h2>
        <Button small disabled={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck size={14} aria-hidden /> {verify.isPending ? "Checking …" : "Check"}
        </Button>
      </div>
      {verify.data?.job ? (
        <Link to={to.job(verify.data.job.id)}>A job checks them</Link>
      ) : (
        verify.data && <Checked found={verify.data} />
      )}
      <dl className="facts">
        <dt>Folder</dt>
        <dd className="mono">{model.path}</dd>
        {model.blake3 && (
          <>
            <dt>BLAKE3</dt>
            <dd className="mono">{model.blake3}</dd>
          </>
        )}
      </dl>
      <h3>Used by</h3>
      {uses.length > 0 ? <Uses uses={uses} /> : <p className="muted small">Nothing in this workspace.</p>}
    </section>
  );
}

export function Component() {
  const { model: ref = "" } = useParams();
  const navigate = useNavigate();
  const { data: model, error, refetch } = useQuery({ queryKey: keys.model(ref), queryFn: () => api.model(ref) });
  const [asking, setAsking] = useState(false);
  const [serving, setServing] = useState(false);
  return (
    <main className="page">
      <div className="page-in">
        <p className="small crumb">
          <Link to={to.models}>Models</Link>
        </p>
        {error && !model && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!model && !error && <Skeletons count={3} height={120} />}
        {model && (
          <>
            <div className="page-head">
              <h1>{model.name}</h1>
              <span className="muted small">{ago(model.created_at ?? null)}</span>
              <div className="grow" />
              {(model.kind === "detector" || isExported(model)) && !model.fault && (
                <a className="button" href={`/demo/${encodeURIComponent(model.id)}`} target="_blank" rel="noreferrer">
                  <ExternalLink size={16} aria-hidden /> Demo
                </a>
              )}
              {(model.kind === "detector" || model.kind === "classifier") && !model.fault && (
                <Button onClick={() => setServing(true)}>
                  <RadioTower size={16} aria-hidden /> Serve
                </Button>
              )}
              <PackageButton model={model} />
              {!model.fault && <Push model={model} />}
              <Button look="quiet" aria-label="Remove this model" onClick={() => setAsking(true)}>
                <Trash2 size={16} aria-hidden />
              </Button>
            </div>
            <Lost model={model} />
            <div className="model-columns">
              <div className="stack">
                {model.kind === "classifier" ? <Predict model={model} /> : <Purpose model={model} />}
                <FormCard model={model} />
                <ExplainModel model={model} />
                <JudgeModel model={model} />
                <SpeedModel model={model} />
              </div>
              <div className="stack">
                {!model.origin && (isExportable(model) || (model.kind === "encoder" && model.format === "onnx")) && (
                  <ExportSection model={model} />
                )}
                <Card model={model} />
                <Files model={model} />
              </div>
            </div>
            {serving && <Serve model={model} onClose={() => setServing(false)} />}
            {asking && (
              <RemoveModel model={model} onClose={() => setAsking(false)} onGone={() => void navigate(to.models)} />
            )}
          </>
        )}
      </div>
    </main>
  );
}
