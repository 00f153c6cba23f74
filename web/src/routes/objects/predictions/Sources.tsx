import { useMutation, useQuery } from "@tanstack/react-query";
import { FileUp, Trash2, WandSparkles } from "lucide-react";
import { useEffect, useRef } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { JobLine } from "@/routes/browse/data/JobLine";
import { useJob } from "@/routes/browse/data/useJob";
import { Button, IconButton } from "@/ui/Button";
import { ago, many, percent } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { sourceName } from "./errors";

interface Props {
  project: string;
  chosen: string | null;
  onChoose: (id: string) => void;
}

/** What can be judged, and what was. */
export function Sources({ project, chosen, onChoose }: Props) {
  const wish = useRef<string | File>("");
  const input = useRef<HTMLInputElement>(null);
  const told = useRef<string>("");
  const { job, begin, busy } = useJob(() =>
    wish.current instanceof File
      ? api.evaluateFile(project, wish.current)
      : api.evaluatePredictions(project, wish.current),
  );
  const sources = useQuery({
    queryKey: keys.suggestionSources(project),
    queryFn: () => api.suggestionSources(project),
  });
  const start = (what: string | File) => {
    wish.current = what;
    begin.mutate();
  };
  const done = job?.state === "done" ? (job.result as { id?: string } | null)?.id : undefined;
  useEffect(() => {
    if (!done || done === told.current) return;
    told.current = done;
    void queries.invalidateQueries({ queryKey: keys.evaluations(project) });
    onChoose(done);
  }, [done, project, onChoose]);
  return (
    <aside className="object-side" aria-label="Predictions">
      <h2 className="panel-title">Judge</h2>
      <ul className="prediction-sources">
        {(sources.data ?? []).map(({ source, images }) => (
          <li key={source}>
            <Button small disabled={busy} onClick={() => start(`suggestions:${source}`)}>
              <WandSparkles size={14} aria-hidden />
              <span className="grow ellipsis">{sourceName(source)}</span>
              <span className="muted">{many(images, "picture")}</span>
            </Button>
          </li>
        ))}
        <li>
          <Button small disabled={busy} onClick={() => input.current?.click()}>
            <FileUp size={14} aria-hidden />
            <span className="grow">A file of predictions</span>
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            aria-label="A file of predictions"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) start(file);
              event.target.value = "";
            }}
          />
        </li>
      </ul>
      {begin.error && <ErrorNote error={begin.error} />}
      <JobLine job={job} />
      <Earlier project={project} chosen={chosen} onChoose={onChoose} />
    </aside>
  );
}

function Earlier({ project, chosen, onChoose }: Props) {
  const { data } = useQuery({ queryKey: keys.evaluations(project), queryFn: () => api.evaluations(project) });
  const forget = useMutation({
    mutationFn: (id: string) => api.deleteDetections(project, id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.evaluations(project) });
      onChoose("");
    },
    onError: (failure) => toasts.fail(failure),
  });
  if (!data || data.length === 0) return null;
  return (
    <>
      <h2 className="panel-title">Judged</h2>
      <ul className="prediction-list">
        {data.map((one) => (
          <li key={one.id} className={one.id === chosen ? "chosen" : ""}>
            <button type="button" aria-pressed={one.id === chosen} onClick={() => onChoose(one.id)}>
              <span className="ellipsis">{sourceName(one.predictions)}</span>
              <span className="small muted">
                mAP {percent(one.map)} · {ago(one.at)}
              </span>
            </button>
            <IconButton
              small
              label={`Forget the evaluation of ${sourceName(one.predictions)}, ${ago(one.at)}`}
              disabled={forget.isPending}
              onClick={() => forget.mutate(one.id)}
            >
              <Trash2 size={14} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
    </>
  );
}
