import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { Tabs } from "radix-ui";
import { Link, useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import type { RunDetail } from "@/api/types";
import { to } from "@/app/project";
import { Log } from "@/routes/jobs/Log";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";
import { Curves } from "./Curves";
import { LoadStrip } from "./load/LoadStrip";
import { Report } from "./Report";
import { Ending } from "./run/Ending";
import { Figures } from "./run/Figures";
import { Files } from "./run/Files";
import { Notes } from "./run/Notes";
import { Progress } from "./run/Progress";
import { RunHead } from "./run/RunHead";
import { Settings } from "./run/Settings";
import { useRunDeeds } from "./run/useRunDeeds";
import { Trust } from "./trust/Trust";
import { RunList } from "./RunList";
import { useCurves } from "./useCurves";
import "./train.css";
import "./run/run.css";

function Parts({ project, run }: { project: string; run: RunDetail }) {
  const done = run.state === "done";
  const curves = useCurves(run.id, run.state);
  const deeds = useRunDeeds(project, run);
  const last = curves.points.at(-1)?.img_s ?? null;
  const tabs = [
    ...(done
      ? [
          { value: "report", name: "Report", content: <Report run={run} /> },
          { value: "trust", name: "Trust", content: <Trust project={project} run={run} /> },
        ]
      : []),
    {
      value: "curves",
      name: "Curves",
      content: (
        <>
          <Curves curves={curves} state={run.state} />
          <LoadStrip run={run} />
        </>
      ),
    },
    { value: "spec", name: "Settings", content: <Settings project={project} run={run} /> },
    ...(run.job === null
      ? []
      : [{ value: "log", name: "Log", content: <Log id={run.job} active={isActive(run.state)} /> }]),
    { value: "files", name: "Files", content: <Files run={run} /> },
  ];
  return (
    <>
      <RunHead project={project} run={run} />
      <Progress run={run} imagesPerSecond={last} />
      <Ending project={project} run={run} />
      <Figures run={run} />
      <Notes run={run} deeds={deeds} />
      <Tabs.Root key={done ? "done" : "open"} defaultValue={done ? "report" : "curves"} className="stack">
        <Tabs.List className="tabs-list" aria-label="About this training">
          {tabs.map((tab) => (
            <Tabs.Trigger key={tab.value} className="tab" value={tab.value}>
              {tab.name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map((tab) => (
          <Tabs.Content key={tab.value} value={tab.value} tabIndex={-1}>
            {tab.content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </>
  );
}

function RunBody({ project, id }: { project: string; id: string }) {
  const { data: run, error, refetch } = useQuery({ queryKey: keys.run(id), queryFn: () => api.run(id) });
  if (error instanceof ApiError && error.status === 404 && !run) {
    return (
      <Empty
        icon={<SearchX size={32} aria-hidden />}
        title="There is no such training"
        level="h1"
        action={
          <Link className="button primary" to={to.train(project)}>
            New training
          </Link>
        }
      >
        If it was deleted, it may lie in the trash, below the list of trainings.
      </Empty>
    );
  }
  if (error && !run) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!run) return <Skeletons count={4} height={80} />;
  return <Parts project={project} run={run} />;
}

export function Component() {
  const { project = "", run = "" } = useParams();
  return (
    <main className="train">
      <RunList project={project} />
      <div className="train-main">
        <RunBody key={run} project={project} id={run} />
      </div>
    </main>
  );
}
