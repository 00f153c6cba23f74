import { CircleCheck, CirclePause, CircleX, LoaderCircle, Radio, Unplug } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Link, NarrationSocket } from "@/live/socket";

const useStore = <T,>({ subscribe, get }: { subscribe: (listen: () => void) => () => void; get: () => T }): T =>
  useSyncExternalStore(subscribe, get);

export const useLink = (socket: NarrationSocket): Link => useStore(socket.link);
export const useStanding = (socket: NarrationSocket) => useStore(socket.standing);
export const usePaused = (socket: NarrationSocket) => useStore(socket.paused);
export const useEnding = (socket: NarrationSocket) => useStore(socket.ending);

/** Seconds until the next attempt, counted down. */
function Countdown({ ms }: { ms: number }) {
  const [left, setLeft] = useState(ms);
  useEffect(() => {
    const end = performance.now() + ms;
    const timer = setInterval(() => setLeft(Math.max(0, end - performance.now())), 250);
    return () => clearInterval(timer);
  }, [ms]);
  return <>{Math.ceil(left / 1000)} s</>;
}

/** How the narration stands, by word and sign. */
export function StandingBadge({ socket }: { socket: NarrationSocket }) {
  const link = useLink(socket);
  const standing = useStanding(socket);
  const paused = usePaused(socket);
  if (link.at === "waiting") {
    return (
      <span className="badge warn">
        <Unplug size={12} aria-hidden /> reconnects in <Countdown key={link.attempt} ms={link.ms} />
      </span>
    );
  }
  if (link.at === "stopped") {
    return (
      <span className="badge bad">
        <CircleX size={12} aria-hidden /> stopped
      </span>
    );
  }
  if (link.at === "done") {
    return (
      <span className="badge good">
        <CircleCheck size={12} aria-hidden /> told to the end
      </span>
    );
  }
  if (link.at === "connecting" || !standing || standing.state === "starting") {
    return (
      <span className="badge">
        <LoaderCircle size={12} aria-hidden className="spin" />{" "}
        {link.at === "connecting" ? "connecting" : "loading the engine"}
      </span>
    );
  }
  if (paused || standing.state === "paused") {
    return (
      <span className="badge warn">
        <CirclePause size={12} aria-hidden /> paused
      </span>
    );
  }
  return (
    <span className="badge accent">
      <Radio size={12} aria-hidden /> watching
    </span>
  );
}
