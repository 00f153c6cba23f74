import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { UnknownProject } from "@/app/UnknownProject";
import { RunList } from "./RunList";
import { StartForm } from "./start/StartForm";
import "./train.css";

export function Component() {
  const { project = "" } = useParams();
  const { search } = useLocation();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return (
    <main className="train">
      <RunList project={project} />
      <div className="train-main">
        <StartForm key={`${project} ${search}`} project={project} />
      </div>
    </main>
  );
}
