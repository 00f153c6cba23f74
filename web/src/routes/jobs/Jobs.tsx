import { Activity } from "lucide-react";
import { NavLink, useParams } from "react-router";
import type { Job } from "@/api/types";
import { jobTitle, useJobs } from "@/app/JobPill";
import { to } from "@/app/project";
import { ago } from "@/ui/format";
import { Bar, Empty, ErrorNote, Skeletons } from "@/ui/States";
import { isActive, WorkBadge } from "@/ui/WorkBadge";
import { JobView } from "./JobView";
import "./jobs.css";

function Row({ job }: { job: Job }) {
  return (
    <NavLink to={to.job(job.id)} className="job-row">
      <span className="row">
        <b className="grow ellipsis">{jobTitle(job)}</b>
        <WorkBadge state={job.state} />
      </span>
      <span className="row small muted">
        <span className="grow ellipsis">{job.project ?? ""}</span>
        <span>{ago(job.finished_at ?? job.created_at)}</span>
      </span>
      {isActive(job.state) && <Bar label={jobTitle(job)} done={job.done} total={job.total} />}
    </NavLink>
  );
}

export function Component() {
  const { job: chosen } = useParams();
  const { data, error, refetch } = useJobs();
  if (error && !data) {
    return (
      <main className="page">
        <div className="page-in">
          <ErrorNote error={error} onRetry={() => void refetch()} />
        </div>
      </main>
    );
  }
  if (!data) {
    return (
      <main className="page">
        <div className="page-in">
          <Skeletons count={5} height={52} />
        </div>
      </main>
    );
  }
  if (data.length === 0) {
    return (
      <main className="page">
        <h1 className="hidden-but-read">Jobs</h1>
        <Empty icon={<Activity size={32} aria-hidden />} title="Nothing is running">
          Adding pictures, embedding, training and exporting are jobs. They show here with their progress and log, and
          go on when you close this page.
        </Empty>
      </main>
    );
  }
  const shown = chosen ?? data[0]?.id;
  return (
    <main className="jobs">
      <nav className="job-list" aria-label="Jobs">
        <h1>Jobs</h1>
        <ul>
          {data.map((job) => (
            <li key={job.id}>
              <Row job={job} />
            </li>
          ))}
        </ul>
      </nav>
      <div className="job-main">{shown && <JobView key={shown} id={shown} />}</div>
    </main>
  );
}
