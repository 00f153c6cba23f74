import { useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import { ErrorNote } from "@/ui/States";
import "./log.css";

const MOST_LOG = 200_000;
const LOOK_MS = 1500;

/** The log's end, followed while the job is at work. */
function useLog(id: string, active: boolean): { text: string; error: unknown } {
  const [log, setLog] = useState<{ text: string; error: unknown }>({ text: "", error: null });
  const next = useRef(0);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const answer = await api.jobLog(id, next.current);
        if (gone) return;
        next.current = answer.next;
        if (answer.text !== "") setLog((now) => ({ text: (now.text + answer.text).slice(-MOST_LOG), error: null }));
      } catch (error) {
        if (!gone) setLog((now) => ({ ...now, error }));
      }
      if (!gone && active) timer = setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, active]);
  return log;
}

/** What a job has said, its end in sight while it is at work. */
export function Log({ id, active }: { id: string; active: boolean }) {
  const { text, error } = useLog(id, active);
  const box = useRef<HTMLPreElement>(null);
  const stuck = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element && stuck.current) element.scrollTop = element.scrollHeight;
  }, [text]);
  return (
    <section className="stack" aria-labelledby="log-title">
      <h2 id="log-title">Log</h2>
      {error !== null && <ErrorNote error={error} />}
      <pre
        ref={box}
        className="log"
        tabIndex={0}
        aria-label="Log"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          stuck.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        {text || <span className="muted">Nothing has been logged.</span>}
      </pre>
    </section>
  );
}
