import { useMutation, useQuery } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import { useId, useRef, useState } from "react";

import type { ClassesChecked, Job } from "@/api/types";
import { useJobs } from "@/app/JobPill";
import { announce, drawings, labelled } from "@/app/services";
import { JobLine } from "@/routes/browse/data/JobLine";
import { isActive, useJob } from "@/routes/browse/data/useJob";
import { useClasses } from "@/routes/browse/useClasses";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { Empty, ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { calls } from "../calls";
import { statusOf } from "../joined";
import { NoHead } from "../NoHead";
import { Review } from "./Review";

const KIND = "auto-class";

interface CheckClassesProps {
  project: string;
  /** The open picture; null where none is open. */
  image: number | null;
  onClose: () => void;
}

interface Wish {
  readonly everywhere: boolean;
  readonly classId: number | null;
}

function Asking({ wish, image, onWish, project }: AskingProps) {
  const id = useId();
  const classes = useClasses(project);
  return (
    <div className="stack">
      {image !== null && (
        <fieldset className="auto-scope">
          <legend className="hidden-but-read">Where</legend>
          {[false, true].map((everywhere) => (
            <label key={String(everywhere)} className="check">
              <input
                type="radio"
                name={`${id}-where`}
                checked={wish.everywhere === everywhere}
                onChange={() => onWish({ ...wish, everywhere })}
              />
              {everywhere ? "The whole project" : "This picture"}
            </label>
          ))}
        </fieldset>
      )}
      <div className="field">
        <label htmlFor={id}>Objects</label>
        <select
          id={id}
          className="input"
          value={wish.classId ?? ""}
          onChange={(event) => onWish({ ...wish, classId: event.target.value ? Number(event.target.value) : null })}
        >
          <option value="">of all classes</option>
          {classes.list.map((look) => (
            <option key={look.id} value={look.id}>
              of {look.name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

interface AskingProps {
  wish: Wish;
  image: number | null;
  project: string;
  onWish: (wish: Wish) => void;
}

/** What the head made of the objects, in a line. */
function Summary({ done }: { done: ClassesChecked }) {
  const { objects, images, agree, unsure, locked, skipped, unknown } = done;
  return (
    <p className="small muted">
      {many(objects, "object")} in {many(images, "picture")}: {count(agree)} as they are, {count(unsure)} it is not sure
      of{locked > 0 && `, ${count(locked)} locked`}.{unknown.length > 0 && ` Not classes here: ${unknown.join(", ")}.`}
      {skipped.length > 0 && ` ${many(skipped.length, "picture")} could not be read.`}
    </p>
  );
}

/** The newest look through this project that still runs, or has found something. */
function useLast(project: string): Job | undefined {
  const { data } = useJobs();
  const mine = data?.find((one) => one.kind === KIND && one.project === project && one.state !== "failed");
  if (!mine || isActive(mine)) return mine;
  return mine.state === "done" && (mine.result as unknown as ClassesChecked).changes > 0 ? mine : undefined;
}

/** Looks through what is drawn for objects of another class, and changes those that a person agrees to. */
export function CheckClasses({ project, image, onClose }: CheckClassesProps) {
  const [wish, setWish] = useState<Wish>({ everywhere: image === null, classId: null });
  const status = useQuery(statusOf(project));
  const last = useLast(project);
  const again = useRef<Job | null>(null);
  const { job, begin, stop, busy, forget } = useJob(async () => {
    if (again.current) return again.current;
    await drawings.drained();
    const ids = wish.everywhere || image === null ? null : [image];
    return calls.check(project, { image_ids: ids, class_id: wish.classId });
  });
  const done = job?.state === "done" ? (job.result as unknown as ClassesChecked) : null;
  const apply = useMutation({
    mutationFn: (body: Parameters<typeof calls.apply>[1]) => calls.apply(project, body),
    onSuccess: ({ objects, left_out }) => {
      const text = `${many(objects, "object")} changed`;
      toasts.say(text, {
        tone: "good",
        hint:
          left_out > 0 ? `${many(left_out, "object")} changed meanwhile and left alone.` : "One undo takes it back.",
      });
      announce(text);
      // Lists of objects are read anew.
      labelled.tell([]);
      onClose();
    },
  });
  const ready = status.data?.ready ?? false;
  const go = (which: Job | null) => {
    again.current = which;
    begin.mutate();
  };
  if (done && done.changes > 0 && job)
    return (
      <Review
        project={project}
        job={job.id}
        about={<Summary done={done} />}
        busy={apply.isPending}
        error={apply.error}
        onApply={(body) => apply.mutate(body)}
        onBack={forget}
        onClose={onClose}
      />
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title="Check classes"
      about={
        status.data?.ready
          ? `${status.data.head} looks at every object and lists those that it would call otherwise. Nothing is changed before you say so.`
          : "A head looks at every object and lists those that it would call otherwise."
      }
      foot={
        <>
          <Button onClick={onClose}>{done ? "Close" : "Cancel"}</Button>
          {busy && job && isActive(job) ? (
            <Button onClick={() => stop.mutate()}>Stop</Button>
          ) : done ? (
            <Button onClick={forget}>Look again</Button>
          ) : (
            <>
              {last && (
                <Button disabled={busy} onClick={() => go(last)}>
                  {isActive(last) ? "Follow the look under way" : "Back to the last look"}
                </Button>
              )}
              <Button look="primary" disabled={!ready || busy} onClick={() => go(null)}>
                Look
              </Button>
            </>
          )}
        </>
      }
    >
      {status.data && !ready && <NoHead project={project} status={status.data} />}
      {ready && !busy && !done && <Asking wish={wish} image={image} project={project} onWish={setWish} />}
      <JobLine job={job} />
      {done && (
        <>
          <Empty icon={<CheckCheck size={28} aria-hidden />} title="Nothing to change" />
          <Summary done={done} />
        </>
      )}
      {(begin.error ?? status.error) && <ErrorNote error={begin.error ?? status.error} />}
    </Dialog>
  );
}
