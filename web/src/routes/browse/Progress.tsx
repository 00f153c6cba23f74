import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Goal } from "lucide-react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Head, Project } from "@/api/types";
import { count, duration, many, percent, sentence } from "@/ui/format";
import { HeadStatus } from "./HeadStatus";
import { timeFor } from "./pace";
import { usePace } from "./usePace";

/** Pictures of which nothing has been said yet. */
const left = (about: Project): number => Math.max(0, about.images - about.labelled - about.unsure - about.skipped);

/** About how many more labels bring the head to the target, and how long they take at this pace. */
function Target({ estimate, rate }: { estimate: NonNullable<Head["estimate"]>; rate: number | null }) {
  const eta = timeFor(estimate.labels_more, rate);
  const said = estimate.reached ? `target of ${percent(estimate.target, 0)} reached` : estimate.text;
  return (
    <span className={estimate.reached ? "target small reached" : "target small"} title={sentence(estimate.text)}>
      {estimate.reached ? <CircleCheck size={14} aria-hidden /> : <Goal size={14} aria-hidden />}
      <span className="ellipsis">{sentence(said)}</span>
      {eta !== null && !estimate.reached && <span className="target-time num">{duration(eta)}</span>}
    </span>
  );
}

/** How far one has come and how long it will take: always in sight. */
export function Progress({ project }: { project: string }) {
  const { data: about } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const { data: head } = useQuery({ queryKey: keys.head(project), queryFn: () => api.head(project) });
  const rate = usePace();
  if (!about || about.images === 0) return null;
  const share = (part: number) => `${(100 * part) / about.images}%`;
  const said = `${many(about.labelled, "picture")} labelled, ${count(about.unsure)} unsure, ${count(about.skipped)} skipped, ${count(left(about))} left`;
  return (
    <div className="progress">
      <span className="progress-counts small" title={said}>
        <span className="progress-bar" aria-hidden>
          <span className="labelled" style={{ width: share(about.labelled) }} />
          <span className="unsure" style={{ width: share(about.unsure) }} />
          <span className="skipped" style={{ width: share(about.skipped) }} />
        </span>
        <span>
          <b className="num">{count(about.labelled)}</b> labelled
        </span>
        {about.unsure > 0 && <span className="muted progress-more">{count(about.unsure)} unsure</span>}
        {about.skipped > 0 && <span className="muted progress-more">{count(about.skipped)} skipped</span>}
        <span className="muted">{count(left(about))} left</span>
        {rate !== null && <span className="muted num">{count(rate)} / min</span>}
      </span>
      {head?.estimate && <Target estimate={head.estimate} rate={rate} />}
      <HeadStatus project={project} />
    </div>
  );
}
