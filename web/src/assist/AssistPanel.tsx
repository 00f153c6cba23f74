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
import { enginesQuery, local, overviewQuery, usesBrowser } from "./joined";
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
/** Sides of tiles, pixels; 0: none. */
const TILES = [0, 1024, 2048, 4096];
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

type Budget = AssistOverview["budget"];

/** Saves how encodings are kept and asked; what is not named stays. */
function useBudget({ budget }: AssistOverview) {
  return useMutation({
    mutationFn: (change: Partial<Budget>) => api.assistBudget({ ...budget, ...change }),
    onMutate: (change) =>
      queries.setQueryData<AssistOverview>(
        keys.assistSlots,
        (old) => old && { ...old, budget: { ...old.budget, ...change } },
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.assistSlots }),
  });
}

interface OverviewProps {
  overview: AssistOverview;
}

/** What is encoded ahead, how large it is, and how much of it there may be. */
function Slots({ overview }: OverviewProps) {
  const { slots, budget, used } = overview;
  const save = useBudget(overview);
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
        onChoose={(value) => save.mutate({ slots: Number(value) })}
      />
      <Choose
        label="Memory"
        value={String(budget.bytes)}
        options={known.map((size) => ({ value: String(size), title: `${Math.round(size / MIB)} MB` }))}
        onChoose={(value) => save.mutate({ bytes: Number(value) })}
      />
      <p className="small muted">
        {bytes(used.memory.bytes)} in memory, {bytes(used.disk.bytes)} on disk
      </p>
      {save.error && <ErrorNote error={save.error} />}
    </>
  );
}

/** How large pictures are asked, and whether this browser answers. */
function Ways({ overview, desk, engine }: OverviewProps & PanelProps & { engine: SegmenterInfo | undefined }) {
  const { budget } = overview;
  const save = useBudget(overview);
  const trouble = useSyncExternalStore(local.trouble.subscribe, local.trouble.get);
  const sides = TILES.includes(budget.tile_px) ? TILES : [...TILES, budget.tile_px].sort((a, b) => a - b);
  return (
    <>
      <Choose
        label="Large pictures"
        value={String(budget.tile_px)}
        options={sides.map((px) => ({ value: String(px), title: px === 0 ? "Whole" : `Tiles of ${px} px` }))}
        onChoose={(value) => save.mutate({ tile_px: Number(value) })}
      />
      {engine?.browser && (
        <label className="check small">
          <input
            type="checkbox"
            checked={budget.browser}
            onChange={(event) => save.mutate({ browser: event.target.checked }, { onSuccess: () => usesBrowser(desk) })}
          />
          Answer clicks in the browser
        </label>
      )}
      {engine?.browser && budget.browser && trouble && (
        <p className="small bad" role="status">
          The server answers instead: {trouble}
        </p>
      )}
      {save.error && <ErrorNote error={save.error} />}
    </>
  );
}

function Details({ desk }: PanelProps) {
  const chosen = useSyncExternalStore(choice.subscribe, choice.get);
  const engines = useQuery(enginesQuery);
  const slots = useQuery({
    ...overviewQuery,
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
      {slots.data && <Ways overview={slots.data} desk={desk} engine={engine} />}
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
        {open && <Details desk={desk} />}
      </details>
    </section>
  );
}
