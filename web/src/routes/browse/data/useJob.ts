import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job } from "@/api/types";
import { queries } from "@/app/services";

export const isActive = (job: Job | undefined): boolean => job?.state === "queued" || job?.state === "running";

/** A job that this dialog started: handed in, watched, stopped. */
export function useJob(start: () => Promise<Job>) {
  const [id, setId] = useState<string | null>(null);
  const begin = useMutation({
    mutationFn: start,
    onSuccess: (job) => {
      queries.setQueryData(keys.job(job.id), job);
      void queries.invalidateQueries({ queryKey: keys.jobs });
      setId(job.id);
    },
  });
  const { data: job } = useQuery({
    queryKey: keys.job(id ?? ""),
    queryFn: () => api.job(id ?? ""),
    enabled: id !== null,
    refetchInterval: (query) => (isActive(query.state.data) ? 2_000 : false),
  });
  const stop = useMutation({ mutationFn: () => api.cancelJob(id ?? "") });
  return {
    job: id === null ? undefined : job,
    begin,
    stop,
    busy: begin.isPending || (id !== null && (job === undefined || isActive(job))),
    forget: () => setId(null),
  };
}
