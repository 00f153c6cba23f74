import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { Flame, Images } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, RunMistake, Split } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Thumb } from "@/grid/Thumb";
import { Button } from "@/ui/Button";
import { count, many, percent } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";
import { OpacitySlider } from "./Controls";
import { HeatLayer } from "./Heat";
import { keepOpacity, keptOpacity } from "./wish";

const PAGE = 24;
const LOOK_AGAIN_MS = 1500;

export const queueOf = (project: string, run: string): string =>
  `${to.browse(project)}?queue=mistaken&run=${encodeURIComponent(run)}`;

/** A job's progress, or why it ended badly. */
export function JobState({ job, label }: { job: Job | null; label: string }) {
  if (!job) return null;
  if (isActive(job.state)) return <Bar label={label} done={job.done} total={job.total} />;
  if (job.state === "failed" && job.error) {
    return <ErrorNote error={Object.assign(new Error(job.error.message), { hint: job.error.hint })} />;
  }
  return null;
}

function One({ one, opacity }: { one: RunMistake; opacity: number }) {
  const what = one.said
    ? `${one.label ? `A ${one.label}` : "A picture"} taken for ${one.says}`
    : `A picture in which ${one.says} is missed`;
  return (
    <li>
      <div className="mistake-picture">
        <Thumb id={one.image_id} alt={one.explanation ? `${what}, with what the network looked at` : what} />
        {one.explanation && <HeatLayer explanation={one.explanation} opacity={opacity} px={256} />}
      </div>
      <p className="small">
        {one.label && <b>{one.label}</b>}{" "}
        <span className="muted">{one.said ? (one.label ? "taken for" : "says") : "misses"}</span>{" "}
        <b className="wrong">{one.says}</b>
      </p>
      <p className="small muted">
        {percent(one.probability, 0)} sure
        {!one.stands && <span className="badge good mended">mended</span>}
      </p>
    </li>
  );
}

/** All wrong answers of a training, with what the network looked at; mended in Browse. */
export function MistakesGallery({ project, run, split }: { project: string; run: string; split?: Split }) {
  const [shown, setShown] = useState(PAGE);
  const [opacity, setOpacity] = useState(keptOpacity);
  const asked = { method: "auto", offset: 0, limit: shown, ...(split ? { split } : {}) };
  const { data, error, refetch } = useQuery({
    queryKey: keys.mistakes(run, split ?? "", shown),
    queryFn: () => api.mistakes(run, asked),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.job && isActive(state.data.job.state) ? LOOK_AGAIN_MS : false),
  });
  const start = useMutation({
    mutationFn: () => api.explainMistakes(run, "auto"),
    onSuccess: () => {
      void refetch();
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
    onError: (failure) => toasts.fail(failure),
  });
  useEffect(() => keepOpacity(opacity), [opacity]);
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={1} height={160} />;
  if (data.total === 0) return <p className="muted">Not one picture was taken for another.</p>;
  const explained = data.items.some((one) => one.explanation);
  const waits = data.items.some((one) => !one.explanation);
  const working = data.job !== null && isActive(data.job.state);
  return (
    <div className="stack">
      <div className="row mistakes-head">
        <span className="muted grow">{many(data.total, "wrong answer")}, the surest first</span>
        {explained && <OpacitySlider opacity={opacity} onOpacity={setOpacity} />}
        {waits && (
          <Button disabled={working || start.isPending} onClick={() => start.mutate()}>
            <Flame size={16} aria-hidden /> See where it looked
          </Button>
        )}
        <Link className="button primary" to={queueOf(project, run)}>
          <Images size={16} aria-hidden /> Open in Browse
        </Link>
      </div>
      <JobState job={data.job} label="Explaining the mistakes" />
      <ul className="mistakes">
        {data.items.map((one) => (
          <One key={`${one.image_id}-${one.says}`} one={one} opacity={opacity} />
        ))}
      </ul>
      {data.total > shown && (
        <Button onClick={() => setShown(Math.min(shown + 2 * PAGE, 960))}>Show more of {count(data.total)}</Button>
      )}
    </div>
  );
}
