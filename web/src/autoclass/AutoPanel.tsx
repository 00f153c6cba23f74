import { useMutation, useQuery } from "@tanstack/react-query";
import { Tag } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { AutoClassStatus } from "@/api/types";
import { useDrawKeys } from "@/app/drawBindings";
import { kept } from "@/app/kept";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import type { PanelProps } from "@/routes/annotate/slots";
import { Slider } from "@/ui/Slider";
import { ErrorNote } from "@/ui/States";
import { CheckButton } from "./check/CheckButton";
import { autoClassOf, statusOf } from "./joined";
import { NoHead } from "./NoHead";
import { percent } from "./words";
import "./autoclass.css";

const OPEN_KEY = "sightline.autoclass.open";
/** A slider is saved when it has rested for so long. */
const REST_MS = 400;
type Guard = AutoClassStatus["guard"];
const BARS: readonly { readonly key: keyof Guard; readonly name: string }[] = [
  { key: "min_prob", name: "Probability from" },
  { key: "margin", name: "Lead over the second" },
  { key: "bg_margin", name: "Lead over background" },
];

/** How sure the head has to be, for the whole project. */
function Bars({ project, guard }: { project: string; guard: Guard }) {
  const [draft, setDraft] = useState<Partial<Guard>>({});
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(rest.current), []);
  const save = useMutation({
    mutationFn: (values: Partial<Guard>) =>
      api.saveProjectSettings(
        project,
        Object.fromEntries(Object.entries(values).map(([key, value]) => [`auto_class_${key}`, value])),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.autoClass(project) }),
    onSettled: () => setDraft({}),
  });
  const change = (next: Partial<Guard>) => {
    const values = { ...draft, ...next };
    setDraft(values);
    clearTimeout(rest.current);
    rest.current = setTimeout(() => save.mutate(values), REST_MS);
  };
  return (
    <>
      {BARS.map(({ key, name }) => {
        const value = draft[key] ?? guard[key];
        return (
          <Slider
            key={key}
            name={name}
            value={value}
            shown={percent(value)}
            min={0}
            max={1}
            step={0.05}
            onChange={(next) => change({ [key]: next })}
          />
        );
      })}
      {save.error && <ErrorNote error={save.error} />}
    </>
  );
}

const list = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ");

function Details({ desk, last }: PanelProps & { last: string }) {
  const { project } = desk;
  const { data: status, error, refetch } = useQuery(statusOf(project));
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!status) return null;
  if (!status.ready) return <NoHead project={project} status={status} />;
  return (
    <div className="stack tight-stack">
      <p className="small">
        <Link to={to.heads(project)}>{status.head}</Link> <span className="muted">names {list(status.classes)}</span>
      </p>
      {status.unknown.length > 0 && (
        <p className="small muted">Not classes here, so never given: {list(status.unknown)}</p>
      )}
      {status.untaught.length > 0 && <p className="small muted">It never learned: {list(status.untaught)}</p>}
      {last && (
        <p className="small muted" role="status">
          Last: {last}
        </p>
      )}
      <Bars project={project} guard={status.guard} />
      <CheckButton project={project} image={desk.image} />
    </div>
  );
}

/** Auto class beside the canvas: on or off, which head, how sure it has to be. */
export function AutoPanel({ desk }: PanelProps) {
  const auto = autoClassOf(desk);
  const { on, last } = useSyncExternalStore(auto.view.subscribe, auto.view.get);
  const keyOf = useDrawKeys();
  const [open, setOpen] = useState(kept.read(OPEN_KEY) === "1");
  return (
    <section className="auto" aria-label="Auto class">
      <div className="auto-head">
        <details
          open={open}
          onToggle={(event) => {
            setOpen(event.currentTarget.open);
            kept.write(OPEN_KEY, event.currentTarget.open ? "1" : null);
          }}
        >
          <summary className="panel-title">
            <Tag size={14} aria-hidden /> Auto class
          </summary>
          {open && <Details desk={desk} last={on ? last : ""} />}
        </details>
        <button
          type="button"
          className="auto-switch small"
          role="switch"
          aria-checked={on}
          aria-label="Auto class"
          title={`Auto class (${keyOf("autoClass")})`}
          onClick={() => void auto.toggle()}
        >
          {on ? "on" : "off"}
        </button>
      </div>
    </section>
  );
}

/** In the status line while it is on: which head, how sure it has to be. */
export function AutoStatus({ desk }: PanelProps) {
  const auto = autoClassOf(desk);
  const { on } = useSyncExternalStore(auto.view.subscribe, auto.view.get);
  const { data: status } = useQuery({ ...statusOf(desk.project), enabled: on });
  if (!on || !status) return null;
  const { min_prob, margin } = status.guard;
  return (
    <span className="auto-status ellipsis" title={status.ready ? `Lead ${percent(margin)}` : status.why}>
      <Tag size={12} aria-hidden /> {status.ready ? `${status.head} from ${percent(min_prob)}` : "auto class rests"}
    </span>
  );
}
