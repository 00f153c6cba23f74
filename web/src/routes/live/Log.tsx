import { ArrowDown, MessageSquareText } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { clock } from "@/live/history";
import type { Telling } from "@/live/messages";
import type { Watching } from "@/live/watching";
import { Button } from "@/ui/Button";
import { percent } from "@/ui/format";

interface LineProps {
  telling: Telling;
  current: boolean;
  /** Shows the moment; null where there is none to go to. */
  onGo: ((telling: Telling) => void) | null;
}

const hour = (timestamp: string): string => {
  const at = new Date(timestamp);
  return Number.isNaN(at.getTime()) ? "" : at.toLocaleTimeString([], { hour12: false });
};

function Line({ telling, current, onGo }: LineProps) {
  const { kind, timeS, text, lang, confidence, timestamp } = telling;
  const time = <time title={hour(timestamp)}>{clock(timeS)}</time>;
  return (
    <li className={`said-line ${kind}`} aria-current={current || undefined} data-id={telling.id}>
      {kind === "summary" ? (
        <span className="said-time">In all</span>
      ) : onGo ? (
        <button type="button" className="said-time" aria-label={`Go to ${clock(timeS)}`} onClick={() => onGo(telling)}>
          {time}
        </button>
      ) : (
        <span className="said-time">{time}</span>
      )}
      <p lang={lang || undefined}>{text}</p>
      <span className="said-sure" title="How sure the engine is">
        {confidence > 0 && percent(confidence, 0)}
      </span>
    </li>
  );
}

interface LogProps {
  watching: Watching;
  shown: Telling | null;
  /** What is said while nothing is told yet. */
  waiting: string;
  onGo: ((telling: Telling) => void) | null;
}

const NEAR = 48;

/** What was said, the newest at the end; stays where a person has scrolled to. */
export function Log({ watching, shown, waiting, onGo }: LogProps) {
  const texts = useSyncExternalStore(watching.texts.subscribe, watching.texts.get);
  const read = useSyncExternalStore(watching.read.subscribe, watching.read.get);
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const end = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useLayoutEffect(() => {
    if (atEnd) end();
  }, [texts, atEnd]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (atEnd) end();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [atEnd]);
  return (
    <div className="said-room">
      {/* What scrolls must be reachable by keys; each text is read out by the line below, at a bearable pace. */}
      <div
        className="said"
        role="region"
        aria-label="What was said"
        tabIndex={0}
        ref={box}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR)
        }
      >
        {texts.length === 0 ? (
          <p className="said-empty muted">
            <MessageSquareText size={20} aria-hidden /> {waiting}
          </p>
        ) : (
          <div role="log" aria-live="off" aria-label="Narration">
            <ol>
              {texts.map((telling) => (
                <Line key={telling.id} telling={telling} current={telling.id === shown?.id} onGo={onGo} />
              ))}
            </ol>
          </div>
        )}
      </div>
      {!atEnd && (
        <Button small className="said-newest" onClick={end}>
          <ArrowDown size={14} aria-hidden /> Newest
        </Button>
      )}
      <div className="hidden-but-read" role="status" aria-live="polite" lang={read.lang} data-testid="read">
        {read.text}
      </div>
    </div>
  );
}
