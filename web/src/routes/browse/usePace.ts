import { useEffect, useState } from "react";
import { outbox } from "@/app/services";
import { pace, type Act } from "./pace";

const KEPT = 400;
const EVERY_MS = 1000;

/** Labels per minute of this page, told at most once a second; null while there is nothing to tell. */
export function usePace(): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    let acts: Act[] = [];
    const stop = outbox.onEvent((event) => {
      if (event.kind !== "saved") return;
      acts = [...acts.slice(-KEPT), { at: performance.now(), labels: event.entry.images.length }];
    });
    const timer = setInterval(() => {
      const rate = pace(acts, performance.now());
      setNow(rate === null ? null : Math.round(rate));
    }, EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, []);
  return now;
}
