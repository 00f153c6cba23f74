import { useMutation } from "@tanstack/react-query";
import { TextSearch } from "lucide-react";
import { useSyncExternalStore } from "react";
import { kept } from "@/app/kept";
import type { PanelProps } from "@/routes/annotate/slots";
import { JobLine } from "@/routes/browse/data/JobLine";
import { isActive, useJob } from "@/routes/browse/data/useJob";
import { hauntingOf } from "@/suggest/haunting";
import { Button } from "@/ui/Button";
import { ErrorNote } from "@/ui/States";
import { finders } from "./calls";
import { FindForm, useFind } from "./FindForm";
import { opened } from "./opened";
import { leastOf, questionOf, toldOf } from "./wish";

const OPEN_KEY = "sightline.find.open";

function Finder({ desk, asked }: PanelProps & { asked: number }) {
  const find = useFind();
  const least = leastOf(find.engine, find.wish);
  /** What is found must not hide below the slider of the suggestions. */
  const show = () => {
    const haunting = hauntingOf(desk);
    if (haunting.least > least) haunting.setLeast(Math.floor(least * 20) / 20);
  };
  const here = useMutation({
    mutationFn: (image: number) => {
      if (!find.engine) throw new Error(find.why);
      return finders.inImage(image, questionOf(find.engine, find.wish));
    },
    onSuccess: show,
  });
  const { job, begin } = useJob(() => {
    if (!find.engine) throw new Error(find.why);
    show();
    return finders.inProject(desk.project, null, questionOf(find.engine, find.wish));
  });
  const { image } = desk;
  const busy = here.isPending || begin.isPending || isActive(job);
  const off = busy || find.why !== "";
  const mine = here.variables === image;
  return (
    <>
      <FindForm find={find} asked={asked} onAsk={() => image !== null && !busy && here.mutate(image)}>
        <Button small look="primary" type="submit" disabled={off || image === null}>
          {here.isPending ? "Looking …" : "This picture"}
        </Button>
        <Button small disabled={off} onClick={() => begin.mutate()}>
          In all pictures
        </Button>
      </FindForm>
      {here.error && mine && <ErrorNote error={here.error} />}
      {here.data && mine && (
        <p className="small" role="status">
          {toldOf(here.data, least)}
        </p>
      )}
      {begin.error && <ErrorNote error={begin.error} />}
      <JobLine job={job} />
    </>
  );
}

/** Finds what words name; open when somebody opens it, or by its key, which puts them into the field. */
export function FindPanel({ desk }: PanelProps) {
  const { open, asked } = useSyncExternalStore(opened.subscribe, opened.get);
  return (
    <section className="find" aria-label="Find by text">
      <details
        open={open}
        onToggle={(event) => {
          const next = event.currentTarget.open;
          if (next !== open) opened.set({ open: next, asked: 0 });
          kept.write(OPEN_KEY, next ? "1" : null);
        }}
      >
        <summary className="panel-title">
          <TextSearch size={14} aria-hidden /> Find by text
        </summary>
        {open && <Finder desk={desk} asked={asked} />}
      </details>
    </section>
  );
}
