import type { Job } from "@/api/types";
import { jobTitle } from "@/app/JobPill";
import { count } from "@/ui/format";
import { Bar, ErrorNote } from "@/ui/States";
import { isActive } from "./useJob";

/** How far a job is, or why it ended badly. */
export function JobLine({ job }: { job: Job | undefined }) {
  if (!job || job.state === "done") return null;
  const message = (job.error as { message?: string } | null)?.message;
  return (
    <div className="stack tight-stack" role="status">
      {isActive(job) && (
        <>
          <Bar label={jobTitle(job)} done={job.done} total={job.total} />
          <p className="small muted">
            {job.note || "waiting"}
            {job.total !== null && ` · ${count(job.done)} of ${count(job.total)}`}
          </p>
        </>
      )}
      {job.state === "failed" && <ErrorNote error={new Error(message ?? "It failed; its log says why.")} />}
      {job.state === "cancelled" && <p className="small">Stopped. Nothing was written.</p>}
    </div>
  );
}
