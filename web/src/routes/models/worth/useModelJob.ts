import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys";
import type { Job } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { toasts } from "@/ui/toasts";

/** The newest job of a kind about a model: the one that was started here, else one that has ended. */
export function useModelJob<W>(kind: string, isOurs: (job: Job) => boolean, ask: (wish: W) => Promise<Job>) {
  const { data: jobs } = useJobs();
  const [started, setStarted] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: ask,
    onSuccess: (job) => {
      setStarted(job.id);
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
    onError: (error) => toasts.fail(error),
  });
  const found = jobs?.find((job) => job.id === started) ?? jobs?.find((job) => job.kind === kind && isOurs(job));
  return { start, job: found };
}
