import { useMutation } from "@tanstack/react-query";
import { headCalls, headKeys, type HeadUse } from "@/api/heads";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { toasts } from "@/ui/toasts";

/** Lets the project use a head, or none; what it answers changes at once. */
export function useActivate(project: string) {
  return useMutation({
    mutationFn: ({ head, use }: { head: string | null; use: HeadUse }) => headCalls.activate(project, head, use),
    onSuccess: () => {
      for (const key of [headKeys.all, keys.project(project)]) void queries.invalidateQueries({ queryKey: key });
    },
    onError: (error) => toasts.fail(error),
  });
}
