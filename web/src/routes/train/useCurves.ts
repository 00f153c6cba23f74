import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import type { CurvePoint, EpochPoint, RunFact, Work } from "@/api/types";
import { hub } from "@/app/services";
import { merged } from "@/plot/curves";
import { isActive } from "@/ui/WorkBadge";

export interface LiveCurves {
  readonly points: readonly CurvePoint[];
  readonly epochs: readonly EpochPoint[];
  readonly facts: readonly RunFact[];
  readonly error: unknown;
  readonly loaded: boolean;
}

const empty: LiveCurves = { points: [], epochs: [], facts: [], error: null, loaded: false };
/** Events may be thinned out on their way: the whole is asked for again this often. */
const CATCH_UP_MS = 4000;

/** The curves of a training, drawn on as its events come in. */
export function useCurves(run: string, state: Work | undefined): LiveCurves {
  const [curves, setCurves] = useState<LiveCurves>(empty);
  const active = state !== undefined && isActive(state);

  useEffect(() => {
    let gone = false;
    const catchUp = () =>
      api
        .curves(run)
        .then((answer) => {
          if (gone) return;
          const { points, epochs } = answer;
          setCurves({ points, epochs, facts: answer.facts as unknown as RunFact[], error: null, loaded: true });
        })
        .catch((error: unknown) => !gone && setCurves((now) => ({ ...now, error, loaded: true })));
    void catchUp();
    if (!active) {
      return () => {
        gone = true;
      };
    }
    const timer = setInterval(() => void catchUp(), CATCH_UP_MS);
    const stop = hub.onEvent(({ kind, data }) => {
      if (kind === "run" && data.id === run) void catchUp();
      if (kind !== "metric" || data.run !== run || typeof data.step !== "number") return;
      setCurves((now) => ({ ...now, points: merged(now.points, [data as unknown as CurvePoint]) }));
    });
    return () => {
      gone = true;
      clearInterval(timer);
      stop();
    };
  }, [run, active]);

  return curves;
}
