import { useQuery } from "@tanstack/react-query";
import { Check, Ghost as GhostIcon, X } from "lucide-react";
import { useId, useRef, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { useDrawKeys } from "@/app/drawBindings";
import type { PanelProps } from "@/routes/annotate/slots";
import { JobLine } from "@/routes/browse/data/JobLine";
import { isActive, useJob } from "@/routes/browse/data/useJob";
import { Button, IconButton } from "@/ui/Button";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import type { Ghost } from "./ghosts";
import { hauntingOf, type Haunting } from "./haunting";
import "./suggest.css";

/** So many are listed; the keys reach all. */
const LISTED = 100;

function Row({ ghost, haunting }: { ghost: Ghost; haunting: Haunting }) {
  const focused = haunting.focus === ghost.uid;
  const said = `${ghost.label}, ${Math.round(ghost.score * 100)} %`;
  const on = (act: () => void) => () => {
    haunting.setFocus(ghost.uid);
    act();
  };
  return (
    <li className={focused ? "ghost-row focused" : "ghost-row"}>
      <button
        type="button"
        className="ghost-name"
        aria-pressed={focused}
        onClick={() => haunting.setFocus(focused ? null : ghost.uid)}
      >
        <span className="grow ellipsis">{ghost.label}</span>
        {ghost.class_id === null && <span className="muted small">new class</span>}
        <span className="num muted">{ghost.score.toFixed(2).replace(/^0/, "")}</span>
      </button>
      <IconButton small label={`Accept ${said}`} onClick={on(() => haunting.accept())}>
        <Check size={14} aria-hidden />
      </IconButton>
      <IconButton small label={`Reject ${said}`} onClick={on(() => haunting.reject())}>
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}

/** Asks a detector about this picture or all of them. */
function AskDetector({ project, image }: { project: string; image: number | null }) {
  const id = useId();
  const only = useRef<number | null>(null);
  const [name, setName] = useState("");
  const { data: detectors } = useQuery({ queryKey: keys.detectors, queryFn: () => api.detectors() });
  const engine = name || detectors?.[0]?.name || "";
  const { job, begin } = useJob(() => {
    const image_ids = only.current === null ? null : [only.current];
    return api.suggest(project, { engine, again: image_ids !== null, image_ids });
  });
  const busy = begin.isPending || isActive(job);
  const ask = (which: number | null) => {
    only.current = which;
    begin.mutate();
  };
  if (!detectors) return null;
  if (detectors.length === 0)
    return (
      <p className="muted small">
        No detector is here yet. <Link to="/models">Add an ONNX file with its decoder</Link>, and it draws the first
        boxes.
      </p>
    );
  return (
    <div className="ghost-ask">
      <label className="hidden-but-read" htmlFor={id}>
        Detector
      </label>
      <select id={id} className="input compact" value={engine} onChange={(event) => setName(event.target.value)}>
        {detectors.map((one) => (
          <option key={one.id}>{one.name}</option>
        ))}
      </select>
      <Button small disabled={image === null || busy} onClick={() => ask(image)}>
        This picture
      </Button>
      <Button small disabled={busy} onClick={() => ask(null)}>
        All
      </Button>
      {begin.error && <ErrorNote error={begin.error} />}
      <JobLine job={job} />
    </div>
  );
}

export function GhostPanel({ desk }: PanelProps) {
  const haunting = hauntingOf(desk);
  useSyncExternalStore(haunting.subscribe, haunting.snapshot);
  const bound = useDrawKeys();
  const [asking, setAsking] = useState(false);
  const ghosts = haunting.shown();
  const faint = haunting.faint();
  return (
    <section aria-label="Suggestions" className="ghosts">
      <div className="row">
        <h2 className="panel-title">
          Suggestions <span className="muted num">{ghosts.length}</span>
        </h2>
        <Button small look="quiet" className="grow-end" aria-expanded={asking} onClick={() => setAsking(!asking)}>
          <GhostIcon size={14} aria-hidden /> Ask a detector
        </Button>
      </div>
      {asking && <AskDetector project={desk.project} image={desk.image} />}
      {haunting.error !== null && <ErrorNote error={haunting.error} onRetry={() => void haunting.load()} />}
      {ghosts.length + faint > 0 && (
        <div className="ghost-least">
          <label htmlFor="ghost-least">Score from</label>
          <input
            id="ghost-least"
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={haunting.least}
            aria-valuetext={`${Math.round(haunting.least * 100)} %`}
            onChange={(event) => haunting.setLeast(Number(event.target.value))}
          />
          <output className="num">{haunting.least.toFixed(2).replace(/^0/, "")}</output>
        </div>
      )}
      {ghosts.length > 0 && (
        <>
          <ul className="ghost-list" aria-label="What is suggested">
            {ghosts.slice(0, LISTED).map((ghost) => (
              <Row key={ghost.uid} ghost={ghost} haunting={haunting} />
            ))}
          </ul>
          <Button small onClick={() => haunting.acceptAll()} title={bound("acceptAll")}>
            Accept {ghosts.length === 1 ? "it" : `all ${ghosts.length}`}
          </Button>
        </>
      )}
      {ghosts.length === 0 && faint > 0 && <p className="muted small">{many(faint, "suggestion")} below this score.</p>}
    </section>
  );
}
