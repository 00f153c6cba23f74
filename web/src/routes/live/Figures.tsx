import { useEffect, useState, useSyncExternalStore } from "react";
import { figures } from "@/live/history";
import type { Watching } from "@/live/watching";
import { count, duration } from "@/ui/format";

const milliseconds = (ms: number | null): string =>
  ms === null ? "–" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How fast it is and what was left out. */
export function Figures({ watching }: { watching: Watching }) {
  const texts = useSyncExternalStore(watching.texts.subscribe, watching.texts.get);
  const held = useSyncExternalStore(watching.socket.held.subscribe, watching.socket.held.get);
  const missed = useSyncExternalStore(watching.socket.missed.subscribe, watching.socket.missed.get);
  const now = useNow(1000);
  const { latencyMs, dropped, texts: told } = figures(texts);
  const last = texts.at(-1)?.timestamp;
  const age = last ? Math.max(0, (now - Date.parse(last)) / 1000) : null;
  const rows = [
    { name: "Frame to text", value: milliseconds(latencyMs), why: "Middle of the last 21" },
    { name: "Last text", value: age === null ? "–" : `${duration(age)} ago`, why: "" },
    { name: "Texts", value: count(told), why: missed > 0 ? `${count(missed)} more are not here` : "" },
    { name: "Frames left out", value: count(dropped + held), why: "A newer one was there: none is queued" },
  ];
  return (
    <dl className="live-figures" aria-label="Figures">
      {rows.map(({ name, value, why }) => (
        <div key={name} title={why || undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
