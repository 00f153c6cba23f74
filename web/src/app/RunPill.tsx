import { useQuery } from "@tanstack/react-query";
import { Pause } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Mode, Run } from "@/api/types";
import { duration } from "@/ui/format";
import { useJobs } from "./JobPill";
import { to } from "./project";

const MODES: Readonly<Record<Mode, string>> = { new: "New", resume: "Resume", finetune: "Fine-tune" };

/** Trainings of all projects that run or wait, those that run first. */
export function useActiveRuns(): readonly Run[] {
  const { data } = useQuery({ queryKey: keys.activeRuns, queryFn: api.activeRuns, refetchInterval: 60_000 });
  return [...(data ?? [])].sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
}

/** The training at work: its mode, epoch and the time it still takes; how many wait behind it. */
export function RunPill({ run, waiting }: { run: Run; waiting: number }) {
  const { data: jobs } = useJobs();
  const job = jobs?.find((one) => one.id === run.job);
  const share = job?.total ? Math.min(1, job.done / job.total) : run.epochs > 0 ? run.epoch / run.epochs : 0;
  const paused = run.control?.pause === true;
  const mode = MODES[run.session];
  const epoch = `epoch ${Math.min(run.epoch + 1, run.epochs)} of ${run.epochs}`;
  const state = run.state === "queued" ? "waits" : paused ? "paused" : epoch;
  const left = !paused && job?.eta_s ? duration(job.eta_s) : null;
  return (
    <Link
      to={to.run(run.project, run.id)}
      className="job-pill"
      aria-label={`${mode} training of ${run.project}: ${state}, ${Math.round(share * 100)} %${
        waiting > 0 ? `, ${waiting} more queued` : ""
      }`}
    >
      <span className="job-pill-fill" style={{ width: `${share * 100}%` }} />
      <span className="job-pill-text">
        {paused && <Pause size={12} aria-hidden />}
        <b>{mode}</b> {state}
        {left && <span className="muted"> · {left} left</span>}
        {waiting > 0 && <span className="muted"> · +{waiting} queued</span>}
      </span>
    </Link>
  );
}
