import { useQuery } from "@tanstack/react-query";
import { BookOpen, X } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Preset } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorNote, Skeletons } from "@/ui/States";
import type { SlotProps } from "../start/slots";
import { grouped, LEARNS, unfit } from "./search";
import "./presets.css";

/** Moves the focus between the presets of the list by the arrow keys. */
function onArrows(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const choice = event.currentTarget.closest(".preset-choice");
  const all = [...(choice?.querySelectorAll<HTMLElement>("input, .preset-option:not(:disabled)") ?? [])];
  all[Math.max(0, Math.min(all.indexOf(event.currentTarget) + step, all.length - 1))]?.focus();
}

function Option({
  preset,
  chosen,
  task,
  onTake,
}: {
  preset: Preset;
  chosen: boolean;
  task: string;
  onTake: () => void;
}) {
  const why = unfit(preset, task);
  return (
    <button
      type="button"
      className="preset-option"
      aria-pressed={chosen}
      disabled={why !== ""}
      onClick={onTake}
      onKeyDown={onArrows}
    >
      <span className="row">
        <b className="grow ellipsis">{preset.title}</b>
        <span className="badge">{LEARNS[preset.task]}</span>
      </span>
      <span className="preset-purpose">{why || preset.description}</span>
      <code className="muted small ellipsis">{preset.name}</code>
    </button>
  );
}

interface ChoiceProps {
  readonly presets: readonly Preset[];
  readonly chosen: string;
  readonly task: string;
  readonly onTake: (name: string) => void;
}

function Choice({ presets, chosen, task, onTake }: ChoiceProps) {
  const [search, setSearch] = useState("");
  const groups = grouped(presets, search);
  return (
    <div className="stack preset-choice">
      <input
        className="input"
        onKeyDown={onArrows}
        type="search"
        aria-label="Search the presets"
        placeholder="Search: documents, phone, similar ..."
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div className="preset-list">
        {groups.map((group) => (
          <section key={group.heading} aria-label={group.heading} className="stack tight-stack">
            <h3 className="preset-heading">{group.heading}</h3>
            <div className="preset-grid">
              {group.presets.map((one) => (
                <Option
                  key={one.name}
                  preset={one}
                  chosen={one.name === chosen}
                  task={task}
                  onTake={() => onTake(one.name)}
                />
              ))}
            </div>
          </section>
        ))}
        {groups.length === 0 && <p className="muted">No preset is about that.</p>}
      </div>
    </div>
  );
}

/** What the chosen preset says: its size tier and what a person should know. */
function Chosen({ project, preset }: { project: string; preset: Preset }) {
  const { data, error } = useQuery({
    queryKey: keys.presetSpec(project, preset.name),
    queryFn: () => api.presetSpec(project, preset.name),
    retry: false,
  });
  if (error) return <ErrorNote error={error} />;
  return (
    <div className="stack tight-stack">
      <p>{preset.description}</p>
      {data ? (
        <ul className="preset-notes">
          <li>
            Fitted to a <b>{data.tier}</b> data set: epochs, copies, batch and variation follow from its size.
          </li>
          {data.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : (
        <Skeletons count={1} height={40} />
      )}
      <p className="muted small">A starting point, not a lock: change below what you like.</p>
    </div>
  );
}

/** Begins a training with a preset: a list to search, and what the chosen one says. */
export function PresetPicker({ project, preset, choosePreset }: SlotProps) {
  const [open, setOpen] = useState(false);
  const { data, error } = useQuery({ queryKey: keys.presets, queryFn: api.presets, staleTime: Infinity });
  const about = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const chosen = data?.find((one) => one.name === preset);
  return (
    <section className="card preset-picker" aria-label="Preset">
      <div className="row">
        <BookOpen size={16} aria-hidden />
        <span className="grow ellipsis">
          {chosen ? (
            <b>{chosen.title}</b>
          ) : (
            <span className="muted">No preset: the settings are what suits the pictures.</span>
          )}
        </span>
        {chosen && (
          <IconButton label="Begin without a preset" onClick={() => choosePreset("")}>
            <X size={16} aria-hidden />
          </IconButton>
        )}
        <Button onClick={() => setOpen(true)} disabled={!data}>
          {chosen ? "Another preset" : "Choose a preset"}
        </Button>
      </div>
      {error && <ErrorNote error={error} />}
      {chosen && <Chosen project={project} preset={chosen} />}
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        wide
        title="Begin with a preset"
        about="Each is a whole set of settings for a kind of task, fitted to your data. Everything stays yours to change."
      >
        <Choice
          presets={data ?? []}
          chosen={preset}
          task={about.data?.task ?? ""}
          onTake={(name) => {
            choosePreset(name);
            setOpen(false);
          }}
        />
      </Dialog>
    </section>
  );
}
