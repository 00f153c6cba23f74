import type { Mode, Run } from "@/api/types";
import { ago, percent } from "@/ui/format";
import { fit, obstacle } from "../modes";

const MODES: readonly { mode: Mode; name: string; about: string }[] = [
  { mode: "new", name: "New", about: "Start from the weights below." },
  { mode: "resume", name: "Resume", about: "Go on with a training that stopped, from its last step." },
  { mode: "finetune", name: "Fine-tune", about: "Start from what another training learned, at epoch 1." },
];

interface ModeChoiceProps {
  mode: Mode;
  runs: readonly Run[] | undefined;
  parent: string;
  onMode: (mode: Mode) => void;
  onParent: (id: string) => void;
}

/** From where a training starts: nothing, its own last step, or what another one learned. */
export function ModeChoice({ mode, runs, parent, onMode, onParent }: ModeChoiceProps) {
  const parents = mode === "new" ? [] : fit(mode, runs ?? []);
  return (
    <>
      <fieldset className="mode-choice">
        <legend className="hidden-but-read">From where</legend>
        {MODES.map((one) => {
          const why = runs === undefined ? "" : obstacle(one.mode, runs);
          const none = why !== "";
          return (
            <label key={one.mode} className={`choice-card ${one.mode === mode ? "chosen" : ""} ${none ? "off" : ""}`}>
              <input
                type="radio"
                name="mode"
                value={one.mode}
                checked={one.mode === mode}
                disabled={none && one.mode !== mode}
                onChange={() => onMode(one.mode)}
              />
              <b>{one.name}</b>
              <span className="muted small">{none ? why : one.about}</span>
            </label>
          );
        })}
      </fieldset>
      {mode !== "new" && parents.length > 0 && (
        <div className="field">
          <label htmlFor="parent">{mode === "resume" ? "Training to go on with" : "Training to start from"}</label>
          <select id="parent" className="input" value={parent} onChange={(event) => onParent(event.target.value)}>
            <option value="">choose</option>
            {parents.map((run) => (
              <option key={run.id} value={run.id}>
                {run.network}, {ago(run.created_at)}, epoch {run.epoch} of {run.epochs}
                {run.metrics?.accuracy === undefined ? "" : `, ${percent(run.metrics.accuracy)}`}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}
