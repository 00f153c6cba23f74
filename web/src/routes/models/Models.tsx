import { useQuery } from "@tanstack/react-query";
import { Boxes } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Model } from "@/api/types";
import { to, useCurrentProject } from "@/app/project";
import { ago, bytes, many, percent } from "@/ui/format";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import "./models.css";

export const isExported = (model: Model): boolean =>
  model.format === "onnx" || model.exports.some((file) => file.endsWith(".onnx"));

function Row({ model }: { model: Model }) {
  return (
    <tr>
      <th scope="row" className="model-name">
        <Link to={to.model(model.id)}>{model.name}</Link>
        {model.fault && <span className="badge bad">{model.fault}</span>}
      </th>
      <td>{model.kind}</td>
      <td>{model.network || model.format}</td>
      <td className="muted">
        {model.classes && model.classes.length > 0 ? many(model.classes.length, "class", "classes") : ""}
      </td>
      <td className="num">
        {percent(model.metrics?.accuracy)}
        {model.metrics?.accuracy_split && <span className="muted"> {model.metrics.accuracy_split}</span>}
      </td>
      <td className="num">{bytes(model.bytes)}</td>
      <td>
        {isExported(model) ? (
          <span className="badge good">ONNX</span>
        ) : (
          <span className="muted small">not exported</span>
        )}
      </td>
      <td className="muted">{ago(model.created_at ?? null)}</td>
    </tr>
  );
}

export function Component() {
  const { data, error, refetch } = useQuery({ queryKey: keys.models, queryFn: api.models });
  const project = useCurrentProject();
  return (
    <main className="page">
      <div className="page-in">
        <div className="page-head">
          <h1>Models</h1>
          {data && <span className="muted">{many(data.length, "model")}</span>}
        </div>
        {error && !data && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeletons count={5} height={40} />}
        {data?.length === 0 && (
          <Empty
            icon={<Boxes size={32} aria-hidden />}
            title="No models yet"
            action={
              project && (
                <Link className="button primary" to={to.train(project)}>
                  Train one
                </Link>
              )
            }
          >
            Every training leaves a model. Others come in with <code>sightline models add FILE</code>.
          </Empty>
        )}
        {data && data.length > 0 && (
          <div className="card table-scroll" tabIndex={0} role="region" aria-label="Models">
            <table className="data hover">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Kind</th>
                  <th scope="col">Network</th>
                  <th scope="col">Classes</th>
                  <th scope="col" className="num">
                    Accuracy
                  </th>
                  <th scope="col" className="num">
                    Size
                  </th>
                  <th scope="col">Export</th>
                  <th scope="col">Made</th>
                </tr>
              </thead>
              <tbody>
                {data.map((model) => (
                  <Row key={model.id} model={model} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </main>
  );
}
