import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { isActive } from "@/ui/WorkBadge";
import { Button } from "@/ui/Button";
import { Bar, ErrorNote, Skeleton } from "@/ui/States";
import type { Line } from "@/plot/LineChart";
import type { SlotProps } from "../start/slots";
import "./sweep.css";

const LineChart = lazy(() => import("@/plot/LineChart"));

interface Found {
  points: { lr: number; loss: number }[];
  suggested: number;
  highest: number;
}

const number = (value: number) => String(Number(value.toPrecision(3)));
const LINES: readonly Line[] = [{ label: "loss", colour: "--accent", width: 2, format: number }];

function Answer({ found, onUse }: { found: Found; onUse: (rate: number) => void }) {
  const columns = useMemo(
    () => [found.points.map((one) => Math.log10(one.lr)), found.points.map((one) => one.loss)] as [number[], number[]],
    [found],
  );
  return (
    <div className="card rate-answer stack">
      <p role="status">
        The loss falls fastest at <b>{number(found.suggested)}</b>; above {number(found.highest)} a training is at risk.
      </p>
      <Suspense fallback={<Skeleton height={160} />}>
        <LineChart title="Loss by the power of ten of the learning rate" columns={columns} lines={LINES} height={160} />
      </Suspense>
      <div>
        <Button look="primary" small onClick={() => onUse(found.suggested)}>
          Use {number(found.suggested)}
        </Button>
      </div>
    </div>
  );
}

/** Raises the learning rate step by step on a throw-away copy of the training, and says which suits. */
export function RateFinder({ project, spec, change }: SlotProps) {
  const [job, setJob] = useState("");
  const start = useMutation({
    mutationFn: () => api.findRate(project, spec),
    onSuccess: (made) => setJob(made.id),
  });
  const { data } = useQuery({
    queryKey: keys.job(job),
    queryFn: () => api.job(job),
    enabled: job !== "",
    refetchInterval: (query) => (query.state.data && !isActive(query.state.data.state) ? false : 1000),
  });
  const running = start.isPending || (job !== "" && (!data || isActive(data.state)));
  const found = data?.state === "done" ? (data.result as unknown as Found) : null;
  return (
    <div className="rate-finder stack">
      <div className="row">
        <Button small disabled={running} onClick={() => start.mutate()}>
          Find a learning rate
        </Button>
        {running && <span className="muted small">about 120 steps; nothing is kept of them</span>}
      </div>
      {running && data && <Bar label="Finding a learning rate" done={data.done} total={data.total} />}
      {start.error && <ErrorNote error={start.error} />}
      {data?.error && (
        <p className="note bad" role="alert">
          {data.error.message}. {data.error.hint}
        </p>
      )}
      {found && <Answer found={found} onUse={(lr) => change({ optimizer: { lr } })} />}
    </div>
  );
}
