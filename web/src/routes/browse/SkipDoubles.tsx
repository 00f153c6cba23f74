import { useMutation } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { api } from "@/api/calls";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { toasts } from "@/ui/toasts";
import { findDoubles, type Doubles } from "./doubles";

interface SkipDoublesProps {
  project: string;
  view: string;
  size: number;
}

const about = ({ ids, labelled }: Doubles): string =>
  ids.length === 0
    ? "No double waits for a label."
    : `${many(ids.length, "picture")} that are nearly the same as one that is kept will be skipped, as one step to undo.` +
      (labelled > 0 ? ` ${many(labelled, "double")} with a label stay as they are.` : "");

/** Of each group of near-duplicates keeps the first and skips the rest; asks before. */
export function SkipDoubles({ project, view, size }: SkipDoublesProps) {
  const find = useMutation({
    mutationFn: () => findDoubles(view, size),
    onError: (error) => toasts.fail(error),
  });
  const skip = useMutation({
    mutationFn: (ids: readonly number[]) => api.bulk(project, { image_ids: [...ids], status: "skipped" }),
    onSuccess: ({ changed }) => {
      find.reset();
      toasts.say(`${many(changed, "picture")} skipped`, { tone: "good", hint: "Ctrl+Z brings them back." });
    },
    onError: (error) => toasts.fail(error),
  });
  const found = find.data;
  return (
    <>
      <Button small disabled={find.isPending} onClick={() => find.mutate()}>
        <Copy size={14} aria-hidden /> Skip the doubles
      </Button>
      <Dialog
        open={found !== undefined}
        onClose={find.reset}
        title="Keep one of each group"
        about={found && about(found)}
        foot={
          <>
            <Button onClick={find.reset}>Cancel</Button>
            <Button
              look="primary"
              disabled={!found || found.ids.length === 0 || skip.isPending}
              onClick={() => found && skip.mutate(found.ids)}
            >
              Skip the doubles
            </Button>
          </>
        }
      />
    </>
  );
}
