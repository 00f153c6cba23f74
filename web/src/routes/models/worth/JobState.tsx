import type { Job } from "@/api/types";
import { Bar, ErrorNote } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";

/** How far a job is, or why it failed. */
export function JobState({ job, label }: { job: Job | undefined; label: string }) {
  if (!job) return null;
  if (isActive(job.state)) {
    return (
      <div className="stack tight-stack">
        <Bar label={label} done={job.done} total={job.total} />
        {job.note && <p className="muted small">{job.note}</p>}
      </div>
    );
  }
  if (job.state === "failed" && job.error) {
    return <ErrorNote error={Object.assign(new Error(job.error.message), { hint: job.error.hint })} />;
  }
  return null;
}
