import { X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { PanelProps } from "@/routes/annotate/slots";
import { IconButton } from "@/ui/Button";
import { POINTS, type Assist } from "./assist";
import { asker, assistOf } from "./joined";
import { TweakDialog } from "./TweakDialog";
import "./assist.css";

/** Questions that are quick are not worth a look. */
const SLOW_MS = 350;

/** What is asked and not answered yet, each with a way to forget it. */
function Queue() {
  const pending = useSyncExternalStore(asker.subscribe, asker.snapshot);
  const [now, setNow] = useState(0);
  const any = pending.length > 0;
  useEffect(() => {
    if (!any) return;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [any]);
  const slow = pending.filter(({ since }) => now - since > SLOW_MS);
  if (slow.length === 0) return null;
  return (
    <ul className="assist-queue" aria-label="Assists at work">
      {slow.slice(0, 5).map(({ object, title, since }) => (
        <li key={object}>
          <span className="assist-spin" aria-hidden />
          <span className="grow ellipsis">{title}</span>
          <span className="num muted">{((now - since) / 1000).toFixed(1)} s</span>
          <IconButton label={`Forget: ${title}`} small onClick={() => asker.forget(object)}>
            <X size={14} aria-hidden />
          </IconButton>
        </li>
      ))}
      {slow.length > 5 && <li className="muted">and {slow.length - 5} more</li>}
    </ul>
  );
}

/** The clicks of the object that is being made: plus on it, minus beside it. */
function Marks({ assist }: { assist: Assist }) {
  const { desk } = assist;
  useSyncExternalStore(desk.watchView, desk.view);
  const { draft } = useSyncExternalStore(assist.view.subscribe, assist.view.get);
  const { editor } = desk;
  if (draft === null || !editor) return null;
  if (draft.image !== desk.image || (draft.placed && desk.tool !== POINTS)) return null;
  return (
    <svg className="assist-marks" aria-hidden>
      {draft.points.map((point, at) => {
        const { x, y } = editor.toScreen(point);
        return (
          <g key={at} className={point.on ? "on" : "beside"} transform={`translate(${x} ${y})`}>
            <circle r={7} />
            <path d={point.on ? "M-3.5 0h7M0-3.5v7" : "M-3.5 0h7"} />
          </g>
        );
      })}
    </svg>
  );
}

/** A word about what the clicks have made so far, and what can be done with it. */
function Says({ assist }: { assist: Assist }) {
  const { draft, paused } = useSyncExternalStore(assist.view.subscribe, assist.view.get);
  useSyncExternalStore(assist.desk.subscribe, assist.desk.snapshot);
  const several = assist.desk.tool === POINTS;
  if (paused) return <p className="assist-says">Assists rest while Z is held</p>;
  if (draft === null) return null;
  if (draft.image !== assist.desk.image || (draft.placed && !several)) return null;
  const best = draft.candidates[draft.chosen];
  const which = draft.candidates.length > 1 ? `${draft.chosen + 1} of ${draft.candidates.length}` : "";
  return (
    <p className="assist-says">
      <strong>{draft.positive ? "+ on it" : "− beside it"}</strong>
      {best && draft.fresh && (
        <span className="num">
          {which} {Math.round(best.score * 100)} %
        </span>
      )}
      <span className="muted">{several ? "Enter takes it, ⌫ the last point back, Esc gives up" : "looking …"}</span>
    </p>
  );
}

export function AssistStage({ desk }: PanelProps) {
  const assist = assistOf(desk);
  return (
    <>
      <Marks assist={assist} />
      <div className="assist-corner">
        <Says assist={assist} />
        <Queue />
      </div>
      <TweakDialog assist={assist} />
    </>
  );
}
