import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { JobLine } from "@/routes/browse/data/JobLine";
import { isActive, useJob } from "@/routes/browse/data/useJob";
import { finders } from "./calls";
import { FindForm, useFind } from "./FindForm";
import { questionOf } from "./wish";

interface FindDialogProps {
  project: string;
  /** Id of the view, and how many pictures it holds. */
  view: string;
  size: number;
  onClose: () => void;
}

/** Finds what words name in all that a view shows. */
export function FindDialog({ project, view, size, onClose }: FindDialogProps) {
  const find = useFind();
  const { job, begin, busy } = useJob(() => {
    if (!find.engine) throw new Error(find.why);
    return finders.inProject(project, view, questionOf(find.engine, find.wish));
  });
  const result = job?.state === "done" ? (job.result as { objects?: number; images?: number } | null) : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Find by text"
      about="What words name is suggested in the pictures of this view. No label changes until you accept it on the Annotate page."
      foot={<Button onClick={onClose}>{isActive(job) ? "Go on in the background" : "Close"}</Button>}
    >
      <FindForm find={find} onAsk={() => !busy && begin.mutate()}>
        <Button look="primary" type="submit" disabled={busy || find.why !== ""}>
          In these {many(size, "picture")}
        </Button>
      </FindForm>
      {begin.error && <ErrorNote error={begin.error} />}
      <JobLine job={job} />
      {result && (
        <p role="status">
          {many(result.objects ?? 0, "thing")} found in {many(result.images ?? 0, "picture")}.
        </p>
      )}
    </Dialog>
  );
}
