import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { ExportWish, Job, Model } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { queries } from "@/app/services";
import { exporting } from "./calls";

/** An export that was started here: its job, and how to start and stop one. */
export function useExport(model: Pick<Model, "id">) {
  const { data: jobs } = useJobs();
  const [started, setStarted] = useState<Job | null>(null);
  const start = useMutation({
    mutationFn: (wish: ExportWish) => exporting.start(model.id, wish),
    onSuccess: (job) => {
      setStarted(job);
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
  });
  const stop = useMutation({
    mutationFn: (id: string) => api.cancelJob(id),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.jobs }),
  });
  const job = started && (jobs?.find((one) => one.id === started.id) ?? started);
  const state = job?.state;
  useEffect(() => {
    if (state !== "done") return;
    for (const queryKey of [keys.models, keys.model(model.id), keys.forms(model.id)]) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [state, model.id]);
  const reset = () => {
    setStarted(null);
    start.reset();
  };
  return { job, start, stop, reset };
}
