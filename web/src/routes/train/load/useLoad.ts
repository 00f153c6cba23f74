import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import type { LoadSample, Work } from "@/api/types";
import { hub } from "@/app/services";
import { isActive } from "@/ui/WorkBadge";
import { joined } from "./load";

/** How busy the machine was while a training ran, and is while it runs. */
export function useLoad(run: string, state: Work): readonly LoadSample[] {
  const [samples, setSamples] = useState<readonly LoadSample[]>([]);
  const active = isActive(state);
  useEffect(() => {
    let gone = false;
    api
      .runLoad(run)
      .then((found) => !gone && setSamples((now) => (now.length > found.length ? now : found)))
      .catch(() => undefined); // a strip that stays empty; the curves say what is wrong
    const stop = active
      ? hub.onEvent(({ kind, data }) => {
          if (kind === "load" && data.run === run) {
            setSamples((now) => joined(now, data as unknown as LoadSample));
          }
        })
      : null;
    return () => {
      gone = true;
      stop?.();
    };
  }, [run, active]);
  return samples;
}
