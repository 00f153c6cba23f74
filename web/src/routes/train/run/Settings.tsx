import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { RunDetail } from "@/api/types";
import { to } from "@/app/project";
import { DiffTable } from "../start/DiffTable";

/** What a training was asked to do, and what of it is not what suits the data. */
export function Settings({ project, run }: { project: string; run: RunDetail }) {
  const suggested = useQuery({
    queryKey: keys.spec(project, run.network),
    queryFn: () => api.suggestedSpec(project, run.network),
    retry: false,
  });
  const present = typeof run.spec.version === "number" ? run.spec.version : run.spec_version;
  return (
    <div className="stack">
      {run.spec_version < present && (
        <p className="note small">
          It was made with settings of version {run.spec_version}; they are shown as version {present}.
          {run.moved.length > 0 && ` Moved: ${run.moved.map((one) => `${one.from} → ${one.to}`).join(", ")}.`}
        </p>
      )}
      <p className="small">
        <Link to={`${to.train(project)}?from=${encodeURIComponent(run.id)}`}>Start a new training with these</Link>
      </p>
      {suggested.data && (
        <details className="card">
          <summary>Beside what suits the data now</summary>
          <DiffTable before={suggested.data} after={run.spec} heads={["Suggested", "This training"]} />
        </details>
      )}
      <pre className="card spec" tabIndex={0} aria-label="Settings of this training">
        {JSON.stringify(run.spec, null, 2)}
      </pre>
    </div>
  );
}
