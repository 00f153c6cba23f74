import { useMutation, useQuery } from "@tanstack/react-query";
import { ScanEye } from "lucide-react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { many, percent } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";
import { HeatPicture } from "./Heat";
import { JobState } from "./MistakesGallery";
import { keptOpacity, pictureUrl } from "./wish";

const LOOK_AGAIN_MS = 1500;
/** An even map has 44 % of itself on the edge. */
const MUCH = 0.6;

/** Where the network looks for each class, on average. */
export function ClassAverages({ run }: { run: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.attention(run, "auto"),
    queryFn: () => api.attention(run, "auto"),
    refetchInterval: ({ state }) => (state.data?.job && isActive(state.data.job.state) ? LOOK_AGAIN_MS : false),
  });
  const start = useMutation({
    mutationFn: () => api.averageAttention(run, "auto"),
    onSuccess: () => {
      void refetch();
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
    onError: (failure) => toasts.fail(failure),
  });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={1} height={120} />;
  const working = data.job !== null && isActive(data.job.state);
  return (
    <div className="stack">
      {data.items.length === 0 && (
        <div className="row">
          <p className="muted grow">
            The average map of each class shows what the network goes by: the thing, or what is around it.
          </p>
          <Button disabled={working || start.isPending} onClick={() => start.mutate()}>
            <ScanEye size={16} aria-hidden /> Work it out
          </Button>
        </div>
      )}
      <JobState job={data.job} label="Looking at the classes" />
      <ul className="mistakes averages">
        {data.items.map((one) => (
          <li key={one.key}>
            <div className="mistake-picture">
              <HeatPicture
                explanation={one}
                src={pictureUrl(one, 256)}
                alt={`Where the network looks for ${one.class}, on average`}
                opacity={keptOpacity()}
                px={256}
              />
            </div>
            <p className="small">
              <b>{one.class}</b> <span className="muted">{many(one.images, "picture")}</span>
            </p>
            <p className={one.edge > MUCH ? "small much" : "small muted"}>{percent(one.edge, 0)} on the edge</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
