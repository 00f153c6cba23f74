import { useMutation, useQuery } from "@tanstack/react-query";
import { ApiError } from "@/api/http";
import type { Outcome } from "@/api/types";
import { announce, outbox, queries } from "@/app/services";
import { toasts } from "@/ui/toasts";

export type Attempt = (how: { dry_run: boolean; expect?: number }) => Promise<Outcome>;

interface Options {
  project: string;
  /** Names what is asked; another question is counted anew. */
  question: readonly unknown[];
  /** Null while there is nothing to ask yet. */
  attempt: Attempt | null;
  onDone: (done: Outcome) => void;
}

/** Counts first what a change would touch, and does it only if it is still so many. */
export function useTry({ project, question, attempt, onDone }: Options) {
  const told = useQuery({
    queryKey: ["project", project, "try", ...question],
    queryFn: async () => {
      await outbox.drained();
      return attempt ? attempt({ dry_run: true }) : null;
    },
    enabled: attempt !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const change = useMutation({
    mutationFn: async () => {
      if (!attempt || !told.data) throw new Error("nothing to do");
      return attempt({ dry_run: false, expect: told.data.changed });
    },
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: ["project", project] });
      toasts.say(done.description, { hint: "Undo brings all of it back." });
      announce(done.description);
      onDone(done);
    },
    // Somebody labelled meanwhile: the number is another now.
    onError: (error) => {
      if (error instanceof ApiError && error.status === 409) void told.refetch();
    },
  });
  return { told: told.data ?? null, counting: told.isFetching, wrong: change.error ?? told.error, change };
}
