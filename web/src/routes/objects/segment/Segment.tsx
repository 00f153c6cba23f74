import { useMutation, useQuery } from "@tanstack/react-query";
import { Shapes, SquareDashed } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, SegmentOptions, SegmentOverview } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { useClasses } from "@/routes/browse/useClasses";
import { count, many } from "@/ui/format";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";
import { Built } from "./Built";
import { USUAL } from "./options";
import { PreviewGrid } from "./PreviewGrid";
import { SegmentForm } from "./SegmentForm";
import { usePreview, type Look } from "./usePreview";
import "@/routes/jobs/jobs.css";
import "./segment.css";

const KIND = "segment";

/** Boxes to polygons: a look at what would come of it, and the build. */
export function Segment({ project }: { project: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.segment(project),
    queryFn: () => api.segment(project),
  });
  if (error && !data) {
    return (
      <div className="segment-whole">
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className="segment-whole">
        <Skeletons count={3} height={120} />
      </div>
    );
  }
  return <Builder project={project} overview={data} />;
}

/** The newest build of a project; jobs are listed newest first. */
function useNewest(project: string): Job | undefined {
  const { data } = useJobs();
  return data?.find((job) => job.kind === KIND && job.project === project);
}

function Builder({ project, overview }: { project: string; overview: SegmentOverview }) {
  const classes = useClasses(project);
  const newest = useNewest(project);
  const [options, setOptions] = useState<SegmentOptions>(USUAL);
  const [look, setLook] = useState<Look | null>(null);
  const { tiles, busy: looking } = usePreview(project, look);
  const build = useMutation({
    mutationFn: ({ out, workers }: { out: string; workers: number }) =>
      api.segmentBuild(project, { ...options, out, workers }),
    onSuccess: (job) => {
      queries.setQueryData(keys.job(job.id), job);
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
  });
  const active = newest !== undefined && isActive(newest.state);
  if (overview.boxes === 0) return <NoBoxes project={project} overview={overview} />;
  const about = [
    `${many(overview.boxes, "box", "boxes")} in ${many(overview.pictures, "picture")}`,
    ...(overview.outlines > 0 ? [`${many(overview.outlines, "outline")} taken over`] : []),
    ...(overview.left_out > 0 ? [`${many(overview.left_out, "point")} left out`] : []),
  ];
  return (
    <>
      <aside className="object-side" aria-label="Boxes to polygons">
        <h2 className="panel-title">Build</h2>
        <p className="small muted segment-about">{about.join(", ")}. They stay as they are.</p>
        <SegmentForm
          overview={overview}
          options={options}
          onChange={setOptions}
          onLook={() => setLook({ options, ids: overview.first })}
          onBuild={(out, workers) => build.mutate({ out, workers })}
          busy={build.isPending || active}
        />
        {build.error && <ErrorNote error={build.error} />}
      </aside>
      <section className="segment-body" aria-label="What comes of it">
        {active && <Built job={newest} />}
        {look && (
          <section className="stack" aria-label="Preview">
            <h2>
              Preview{" "}
              <span role="status" className="muted small">
                {looking ? "looking …" : many(tiles.length, "picture")}
              </span>
            </h2>
            <PreviewGrid project={project} tiles={tiles} looks={classes.byId} />
          </section>
        )}
        {newest && !active && <Built job={newest} />}
        {!newest && !look && (
          <Empty icon={<Shapes size={32} aria-hidden />} title="Boxes become polygons">
            A segmenter outlines what is in each box. Preview shows what it would make of the first{" "}
            {count(overview.first.length)} pictures; Build makes a project of its own with polygons, in folders that
            trainers read.
          </Empty>
        )}
      </section>
    </>
  );
}

function NoBoxes({ project, overview }: { project: string; overview: SegmentOverview }) {
  const why =
    overview.classes === 0
      ? "The project has no classes. Add some, draw boxes of them, and come back."
      : overview.outlines > 0
        ? "What is drawn are outlines already: they need no build, export them as they are."
        : "Draw boxes, import them, or let a detector suggest them; a segmenter then finds their outlines.";
  return (
    <div className="segment-whole">
      <Empty
        icon={<SquareDashed size={32} aria-hidden />}
        title="There are no boxes"
        action={
          <Link className="button primary" to={to.annotate(project)}>
            Annotate
          </Link>
        }
      >
        {why}
      </Empty>
    </div>
  );
}
