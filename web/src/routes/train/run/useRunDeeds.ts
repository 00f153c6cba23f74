import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Control, Run } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { toasts } from "@/ui/toasts";

/** What can be done with a training; every list that shows it is loaded again. */
export function useRunDeeds(project: string, run: Run | undefined) {
  const navigate = useNavigate();
  const id = run?.id ?? "";
  const onSuccess = () => {
    for (const queryKey of [keys.run(id), keys.allRuns, keys.jobs]) void queries.invalidateQueries({ queryKey });
  };
  const onError = (error: unknown) => toasts.fail(error);
  const deed = { onSuccess, onError };
  return {
    control: useMutation({ mutationFn: (body: Control) => api.controlRun(id, body), ...deed }),
    stop: useMutation({ mutationFn: () => api.stopRun(id), ...deed }),
    resume: useMutation({
      mutationFn: () => api.startRun(project, { spec: {}, mode: "resume", parent: id }),
      ...deed,
    }),
    note: useMutation({
      mutationFn: (body: { notes?: string; starred?: boolean }) => api.noteRun(id, body),
      ...deed,
    }),
    first: useMutation({ mutationFn: () => api.moveJob(run?.job ?? "", "up"), ...deed }),
    remove: useMutation({
      mutationFn: () => api.deleteRun(id),
      onSuccess: () => {
        onSuccess();
        void navigate(to.train(project));
        toasts.say("The training is in the trash", {
          action: {
            label: "Restore",
            run: () => void api.restoreRun(id).then(onSuccess, onError),
          },
        });
      },
      onError,
    }),
  };
}

export type RunDeeds = ReturnType<typeof useRunDeeds>;
