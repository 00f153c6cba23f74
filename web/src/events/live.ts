import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Job } from "@/api/types";
import type { Told } from "./hub";

const isNumberOrNull = (value: unknown): value is number | null => typeof value === "number" || value === null;

/** What a progress event changes of a job. */
export function progressed(job: Job, data: Told["data"]): Job {
  return {
    ...job,
    state: job.state === "queued" ? "running" : job.state,
    done: typeof data.done === "number" ? data.done : job.done,
    total: isNumberOrNull(data.total) ? data.total : job.total,
    rate: isNumberOrNull(data.rate) ? data.rate : job.rate,
    eta_s: isNumberOrNull(data.eta_s) ? data.eta_s : job.eta_s,
    note: typeof data.note === "string" ? data.note : job.note,
  };
}

/** Progress is shown as it comes, without asking the server again. */
export function applyProgress(queries: QueryClient, told: Told): void {
  if (told.kind !== "progress" || typeof told.data.job !== "string") return;
  const id = told.data.job;
  queries.setQueryData<Job[]>(keys.jobs, (jobs) =>
    jobs?.map((job) => (job.id === id ? progressed(job, told.data) : job)),
  );
  queries.setQueryData<Job>(keys.job(id), (job) => job && progressed(job, told.data));
}
