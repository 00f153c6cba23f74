import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { RunDetail } from "@/api/types";
import { count, duration } from "@/ui/format";
import { Bar } from "@/ui/States";
import { isActive } from "@/ui/WorkBadge";

/** How far a training is, how fast, and how long it still takes. */
export function Progress({ run, imagesPerSecond }: { run: RunDetail; imagesPerSecond: number | null }) {
  const job = useQuery({
    queryKey: keys.job(run.job ?? ""),
    queryFn: () => api.job(run.job ?? ""),
    enabled: run.job !== null && isActive(run.state),
  });
  if (!isActive(run.state)) return null;
  const now = job.data;
  const paused = run.control?.pause === true;
  return (
    <div className="run-progress">
      <Bar label="Training" done={now?.done ?? 0} total={now?.total ?? null} />
      <p className="small row" role="status">
        <span className="grow">
          Epoch {run.epoch} of {run.epochs}
          {run.control?.stop_after_epoch && ", ends with this one"}
          {paused && ", paused: everything is saved, the processors are free"}
        </span>
        {!paused && imagesPerSecond !== null && <span className="muted">{count(imagesPerSecond)} pictures/s</span>}
        {!paused && now?.rate !== null && now?.rate !== undefined && (
          <span className="muted">{now.rate.toFixed(1)} steps/s</span>
        )}
        <span className="muted">
          {run.state === "queued" ? "waits for its turn" : !paused && now?.eta_s ? `${duration(now.eta_s)} left` : ""}
        </span>
      </p>
    </div>
  );
}
