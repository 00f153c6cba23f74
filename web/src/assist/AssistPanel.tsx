import { useMutation, useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { useId, useState, useSyncExternalStore } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { AssistOverview, SegmenterInfo } from "@/api/types";
import { kept } from "@/app/kept";
import { queries } from "@/app/services";
import type { PanelProps } from "@/routes/annotate/slots";
import { bytes } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { BOX, POINT, POINTS } from "./assist";
import { choice, choose } from "./choice";
import { asker } from "./joined";
import { FORMS, type Form } from "./words";
import "./assist.css";

const OPEN_KEY = "sightline.assist.open";
const GOING = new Set(["queued", "encoding"]);
const STATES: Readonly<Record<string, string>> = {
  ready: "ready",
  queued: "waits",
  encoding: "encoding …",
  failed: "failed",
  empty: "—",
  off: "off",
};
const MIB = 1 << 20;
const BUDGETS = [128, 256, 512, 1024, 2048, 4096, 8192];

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { readonly value: T; readonly title: string; readonly off?: boolean }[];
  onChoose: (value: T) => void;
}

function Choose<T extends string>({ label, value, options, onChoose }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="assist-row">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input compact" value={value} onChange={(event) => onChoose(event.target.value as T)}>
        {options.map((one) => (
          <option key={one.value} value={one.value} disabled={one.off}>
            {one.title}
          </option>
        ))}
      </select>
    </div>
  );
}

const forms = FORMS.map(({ form, title }) => ({ value: form, title }));

function engineOptions(list: readonly SegmenterInfo[], chosen: string) {
  const usual = list.find((one) => one.default);
  const named = list.map((one) => ({
    value: one.name,
    title: one.ready ? one.name : `${one.name} (${one.why})`,
    off: !one.ready,
  }));
  const gone = chosen !== "auto" && !list.some(({ name }) => name === chosen);
  return [
    { value: "auto", title: usual ? `Automatic (${usual.name})` : "Automatic" },
    ...named,
    ...(gone ? [{ value: chosen, title: `${chosen} (gone)`, off: true }] : []),
  ];
}

/** What is encoded ahead, how large it is, and how much of it there may be. */
function Slots({ overview }: { overview: AssistOverview }) {
  const { slots, budget, used } = overview;
  const save = useMutation({
    mutationFn: (next: { bytes: number; slots: number }) => api.assistBudget(next),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.assistSlots }),
  });
  const sizes = BUDGETS.map((mb) => mb * MIB);
  const known = sizes.includes(budget.bytes) ? sizes : [...sizes, budget.bytes].sort((a, b) => a - b);
  return (
    <>
      <table className="assist-slots small">
        <caption className="hidden-but-read">Pictures encoded ahead</caption>
        <tbody>
          {slots.map((slot) => (
            <tr key={slot.role} title={slot.error}>
              <th scope="row">{slot.role}</th>
              <td className={slot.state === "failed" ? "bad" : "muted"}>{STATES[slot.state]}</td>
              <td className="num">{slot.bytes === null ? "" : bytes(slot.bytes)}</td>
              <td className="num muted">{slot.ms === null ? "" : `${Math.round(slot.ms)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Choose
        label="Pictures"
        value={String(budget.slots)}
        options={[
          { value: "1", title: "1: this one" },
          { value: "2", title: "2: the next too" },
          { value: "3", title: "3: and before" },
        ]}
        onChoose={(value) => save.mutate({ bytes: budget.bytes, slots: Number(value) })}
      />
      <Choose
        label="Memory"
        value={String(budget.bytes)}
        options={known.map((size) => ({ value: String(size), title: `${Math.round(size / MIB)} MB` }))}
        onChoose={(value) => save.mutate({ bytes: Number(value), slots: budget.slots })}
      />
      <p className="small muted">
        {bytes(used.memory.bytes)} in memory, {bytes(used.disk.bytes)} on disk
      </p>
      {save.error && <ErrorNote error={save.error} />}
    </>
  );
}

function Details() {
  const chosen = useSyncExternalStore(choice.subscribe, choice.get);
  const engines = useQuery({ queryKey: keys.assistEngines, queryFn: api.assistEngines });
  const slots = useQuery({
    queryKey: keys.assistSlots,
    queryFn: () => api.assistSlots(asker.client),
    refetchInterval: ({ state }) => (state.data?.slots.some((one) => GOING.has(one.state)) ? 400 : false),
  });
  const list = engines.data ?? [];
  const engine = list.find(({ name, default: usual }) => (chosen.engine === "auto" ? usual : name === chosen.engine));
  const failed = slots.data?.slots.find((one) => one.state === "failed");
  return (
    <div className="stack">
      <Choose
        label="Engine"
        value={chosen.engine}
        options={engineOptions(list, chosen.engine)}
        onChoose={(value) => choose({ engine: value })}
      />
      <Choose<Form> label="Box becomes" value={chosen.ofBox} options={forms} onChoose={(ofBox) => choose({ ofBox })} />
      <Choose<Form>
        label="Click becomes"
        value={chosen.ofClick}
        options={forms}
        onChoose={(ofClick) => choose({ ofClick })}
      />
      {engine?.guess && (
        <p className="small muted">
          It sees edges and colours, not objects: one click is a guess, more clicks mend it.
        </p>
      )}
      <label className="check small">
        <input type="checkbox" checked={chosen.ahead} onChange={(event) => choose({ ahead: event.target.checked })} />
        Encode pictures ahead
      </label>
      {chosen.ahead && slots.data && <Slots overview={slots.data} />}
      {failed && <ErrorNote error={failed.error} onRetry={() => choose({})} />}
      {(engines.error ?? slots.error) && <ErrorNote error={engines.error ?? slots.error} />}
    </div>
  );
}

/** How the assists help: open while one of them is in hand, or when somebody opens it. */
export function AssistPanel({ desk }: PanelProps) {
  const [open, setOpen] = useState(kept.read(OPEN_KEY) === "1");
  const inHand = [BOX, POINT, POINTS].includes(desk.tool);
  return (
    <section className="assist" aria-label="Assists">
      <details
        open={open}
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
          kept.write(OPEN_KEY, event.currentTarget.open ? "1" : null);
        }}
      >
        <summary className="panel-title">
          <Sparkles size={14} aria-hidden /> Assists {inHand && <span className="small muted">in hand</span>}
        </summary>
        {open && <Details />}
      </details>
    </section>
  );
}
