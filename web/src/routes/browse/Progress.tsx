import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Project } from "@/api/types";
import { count, duration, many } from "@/ui/format";
import { HeadStatus } from "./HeadStatus";
import { timeFor } from "./pace";
import { usePace } from "./usePace";

/** Pictures of which nothing has been said yet. */
const left = (about: Project): number => Math.max(0, about.images - about.labelled - about.unsure - about.skipped);

/** How far one has come and how long it will take: always in sight. */
export function Progress({ project }: { project: string }) {
  const { data: about } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const { data: head } = useQuery({ queryKey: keys.head(project), queryFn: () => api.head(project) });
  const rate = usePace();
  if (!about || about.images === 0) return null;
  const eta = timeFor(head?.estimate?.labels_more ?? null, rate);
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
        {rate !== null && (
          <span className="muted num">
            {count(rate)} / min{eta !== null && `, ${duration(eta)} to the target`}
          </span>
        )}
      </span>
      <HeadStatus project={project} />
    </div>
  );
}
