import { useQuery } from "@tanstack/react-query";
import { Images } from "lucide-react";
import { Link, useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import type { Analysis } from "@/api/types";
import { to } from "@/app/project";
import { UnknownProject } from "@/app/UnknownProject";
import { SPLITS } from "@/routes/browse/asked";
import { count } from "@/ui/format";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { AdviceCard } from "./AdviceCard";
import { ClassTable } from "./ClassTable";
import { Findings } from "./Findings";
import { Plots } from "./Plots";
import { Standing } from "./Standing";
import "./data.css";

const LOOK_AT_JOB_MS = 1_500;

export function Component() {
  const { project = "" } = useParams();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <DataPage key={project} project={project} />;
}

function Figures({ about }: { about: Analysis }) {
  const { counts, splits } = about;
  const figures: [string, number][] = [
    ["pictures", counts.images],
    ["labelled", counts.labelled],
    ...SPLITS.map((split): [string, number] => [`labelled in ${split}`, splits[split].labelled]),
  ];
  return (
    <dl className="data-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a project holds, and what in it is worth a look before anything is trained. */
function DataPage({ project }: { project: string }) {
  const analysis = useQuery({
    queryKey: keys.analysis(project),
    queryFn: () => api.analysis(project),
    refetchInterval: (query) => (query.state.data?.job ? LOOK_AT_JOB_MS : false),
  });
  const about = analysis.data;
  if (about?.images === 0) {
    return (
      <main className="data">
        <Empty
          icon={<Images size={32} aria-hidden />}
          title="No pictures yet"
          level="h1"
          action={
            <Link className="button primary" to={to.browse(project)}>
              Add pictures
            </Link>
          }
        >
          Add some on the Browse page; then this page says what they are like.
        </Empty>
      </main>
    );
  }
  return (
    <main className="data">
      <div className="data-inner">
        <header className="data-head">
          <h1>Data</h1>
          {about && (about.state === "ready" || about.job !== null) && <Standing project={project} about={about} />}
        </header>
        {analysis.error && <ErrorNote error={analysis.error} onRetry={() => void analysis.refetch()} />}
        {!about && !analysis.error && <Skeletons count={6} height={60} />}
        {about && (
          <>
            {about.state !== "ready" && about.job === null && <Standing project={project} about={about} />}
            <Figures about={about} />
            <div className="data-top">
              <Findings project={project} about={about} />
              <AdviceCard project={project} />
            </div>
            <ClassTable project={project} about={about} />
            <Plots about={about} />
          </>
        )}
      </div>
    </main>
  );
}
