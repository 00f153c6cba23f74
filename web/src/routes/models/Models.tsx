import { useQuery } from "@tanstack/react-query";
import { Boxes, Plus } from "lucide-react";
import { Tabs } from "radix-ui";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Model } from "@/api/types";
import { to, useCurrentProject } from "@/app/project";
import { ago, bytes, many, percent } from "@/ui/format";
import { Button } from "@/ui/Button";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { AddModel } from "./AddModel";
import { Catalogue } from "./Catalogue";
import { Encoders } from "./Encoders";
import { headline } from "./headline";
import "./models.css";

export const isExported = (model: Model): boolean =>
  model.format === "onnx" || model.exports.some((file) => file.endsWith(".onnx"));

function Row({ model }: { model: Model }) {
  const figure = headline(model.metrics);
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
        {isExported(model) ? (
          <span className="badge good">ONNX</span>
        ) : (
          (model.kind !== "encoder" || model.task === "embedding") && <span className="muted small">not exported</span>
        )}
      </td>
      <td className="muted">{ago(model.created_at ?? null)}</td>
    </tr>
  );
}

function List({ project, onGet }: { project: string | null; onGet: () => void }) {
  const { data, error, refetch } = useQuery({ queryKey: keys.models, queryFn: api.models });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={5} height={40} />;
  if (data.length === 0) {
    return (
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
        Every training leaves a model. Encoders that others have published can be pulled, or added from a file.
      </Empty>
    );
  }
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Models">
      <table className="data hover">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Network</th>
            <th scope="col">Classes</th>
            <th scope="col" className="num">
              Measured
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
  );
}

const TABS = ["here", "get", "encoders"] as const;

export function Component() {
  const project = useCurrentProject();
  const [search, setSearch] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const asked = TABS.find((one) => one === search.get("tab")) ?? "here";
  const show = (tab: string) => setSearch(tab === "here" ? {} : { tab }, { replace: true });
  return (
    <main className="page">
      <div className="page-in">
        <div className="page-head">
          <h1>Models</h1>
          <div className="grow" />
          <Button onClick={() => setAdding(true)}>
            <Plus size={16} aria-hidden /> Add a model
          </Button>
        </div>
        <Tabs.Root value={asked} onValueChange={show} className="stack">
          <Tabs.List className="tabs-list" aria-label="Models">
            <Tabs.Trigger className="tab" value="here">
              In this workspace
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="get">
              Get a model
            </Tabs.Trigger>
            {project && (
              <Tabs.Trigger className="tab" value="encoders">
                Encoders of {project}
              </Tabs.Trigger>
            )}
          </Tabs.List>
          <Tabs.Content value="here" tabIndex={-1}>
            <List project={project} onGet={() => show("get")} />
          </Tabs.Content>
          <Tabs.Content value="get" tabIndex={-1}>
            <Catalogue />
          </Tabs.Content>
          {project && (
            <Tabs.Content value="encoders" tabIndex={-1}>
              <Encoders key={project} project={project} />
            </Tabs.Content>
          )}
        </Tabs.Root>
        {adding && <AddModel onClose={() => setAdding(false)} />}
      </div>
    </main>
  );
}
