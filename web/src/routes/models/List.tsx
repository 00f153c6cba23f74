import { useQuery } from "@tanstack/react-query";
import { Boxes, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Model, ModelKind } from "@/api/types";
import { to } from "@/app/project";
import { Button, IconButton } from "@/ui/Button";
import { ago, bytes, percent } from "@/ui/format";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { called } from "./export/report";
import { headline } from "./headline";
import { isExportable, isExported, KIND_NAMES, KINDS } from "./kinds";
import { Missing } from "./Missing";
import { RemoveModel } from "./RemoveModel";
import { ServedNow, useServing } from "./Serve";
import { usedBy } from "./Uses";

function State({ model }: { model: Model }) {
  if (model.fault) {
    return (
      <span className="badge bad" title={model.fault}>
        damaged
      </span>
    );
  }
  if (model.origin) {
    return (
      <span className={model.forced ? "badge warn" : "badge good"}>
        {called({ format: model.format ?? "onnx", precision: model.precision ?? "float32" })}
        {model.forced && ", forced"}
      </span>
    );
  }
  if (isExported(model)) return <span className="badge good">ONNX</span>;
  return isExportable(model) ? <span className="muted small">not exported</span> : null;
}

function Row({ model, onRemove }: { model: Model; onRemove: () => void }) {
  const figure = headline(model.metrics);
  const what = model.network ?? "";
  return (
    <tr>
      <th scope="row" className="model-name">
        <Link to={to.model(model.id)}>{model.name}</Link>
      </th>
      <td>
        {model.kind ?? ""} {what && <span className="muted">{what}</span>}
      </td>
      <td className="muted">{model.licence}</td>
      <td className="muted ellipsis used-by">{usedBy(model.used_by ?? [])}</td>
      <td className="num">
        {figure && percent(figure.value)}
        {figure && (
          <span className="muted">
            {" "}
            {figure.name === "accuracy" ? "" : `${figure.name} `}
            {model.metrics?.accuracy_split}
          </span>
        )}
      </td>
      <td className="num">{bytes(model.bytes)}</td>
      <td>
        <State model={model} />
      </td>
      <td className="muted nowrap">{ago(model.created_at ?? null)}</td>
      <td>
        <IconButton small label={`Remove ${model.name}`} onClick={onRemove}>
          <Trash2 size={14} aria-hidden />
        </IconButton>
      </td>
    </tr>
  );
}

function Kinds({
  models,
  kind,
  onKind,
}: {
  models: readonly Model[];
  kind: ModelKind | "";
  onKind: (kind: ModelKind | "") => void;
}) {
  const there = KIND_NAMES.filter((one) => models.some((model) => model.kind === one));
  if (there.length < 2) return null;
  return (
    <div className="row" role="group" aria-label="Kind">
      {(["", ...there] as const).map((one) => (
        <Button
          key={one}
          small
          look={one === kind ? "primary" : "plain"}
          aria-pressed={one === kind}
          title={one && KINDS[one].about}
          onClick={() => onKind(one)}
        >
          {one ? KINDS[one].title : "All"} {models.filter((model) => !one || model.kind === one).length}
        </Button>
      ))}
    </div>
  );
}

/** The models of the workspace, whatever their kind. */
export function List({ project, onGet }: { project: string | null; onGet: () => void }) {
  const { data, error, refetch } = useQuery({ queryKey: keys.models, queryFn: api.models });
  const serving = useServing();
  const [kind, setKind] = useState<ModelKind | "">("");
  const [removing, setRemoving] = useState<Model | null>(null);
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={5} height={40} />;
  if (data.length === 0) {
    return (
      <>
        <Missing />
        <Empty
          icon={<Boxes size={32} aria-hidden />}
          title="No models yet"
          action={
            <>
              {project && (
                <Link className="button primary" to={to.train(project)}>
                  Train one
                </Link>
              )}
              <Button onClick={onGet}>Get a model</Button>
            </>
          }
        >
          Every training leaves a model. Encoders, segmenters and detectors that others have published can be pulled, or
          added from files.
        </Empty>
      </>
    );
  }
  const shown = data.filter((model) => !kind || model.kind === kind);
  return (
    <div className="stack">
      <Missing />
      {serving.data && serving.data.length > 0 && <ServedNow processes={serving.data} />}
      <Kinds models={data} kind={kind} onKind={setKind} />
      <div className="card table-scroll" tabIndex={0} role="region" aria-label="Models">
        <table className="data hover">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Kind</th>
              <th scope="col">Licence</th>
              <th scope="col">Used by</th>
              <th scope="col" className="num">
                Measured
              </th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col">State</th>
              <th scope="col">Made</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((model) => (
              <Row key={model.id} model={model} onRemove={() => setRemoving(model)} />
            ))}
          </tbody>
        </table>
      </div>
      {removing && <RemoveModel model={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}
