import { useQuery } from "@tanstack/react-query";
import { Eye, Hammer } from "lucide-react";
import { useId, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { SegmentOptions, SegmentOverview } from "@/api/types";
import { Button } from "@/ui/Button";
import { NUMBERS, read, type NumberOption } from "./options";

interface Props {
  overview: SegmentOverview;
  options: SegmentOptions;
  onChange: (options: SegmentOptions) => void;
  onLook: () => void;
  onBuild: (out: string, workers: number) => void;
  busy: boolean;
}

interface FieldProps {
  option: Omit<NumberOption, "key">;
  value: number;
  onChange: (value: number) => void;
}

/** A number that is taken when the field is left, so that it may be half typed meanwhile. */
function NumberField({ option, value, onChange }: FieldProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div className="segment-field">
      <label htmlFor={id}>{option.name}</label>
      <input
        id={id}
        className="input compact"
        type="number"
        min={option.min}
        max={option.max}
        step={option.step}
        value={typed ?? value}
        aria-describedby={`${id}-about`}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(read(event.target.value, option, value));
        }}
        onBlur={() => setTyped(null)}
      />
      <p id={`${id}-about`} className="small muted">
        {option.about}
      </p>
    </div>
  );
}

const WORKERS = {
  name: "Pictures at once",
  about: "More help where the segmenter waits for pictures.",
  min: 1,
  max: 64,
  step: 1,
};

function EngineField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const id = useId();
  const { data } = useQuery({ queryKey: keys.assistEngines, queryFn: () => api.assistEngines() });
  const usual = data?.find((one) => one.default);
  return (
    <div className="segment-field wide">
      <label htmlFor={id}>Segmenter</label>
      <select id={id} className="input compact" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="auto">{usual ? `Automatic (${usual.name})` : "Automatic"}</option>
        {(data ?? []).map((one) => (
          <option key={one.name} value={one.name} disabled={!one.ready}>
            {one.ready ? one.name : `${one.name} (${one.why})`}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What a build shall do. */
export function SegmentForm({ overview, options, onChange, onLook, onBuild, busy }: Props) {
  const id = useId();
  const [out, setOut] = useState<string | null>(null);
  const [workers, setWorkers] = useState(overview.workers);
  const name = out ?? overview.out;
  return (
    <form
      className="segment-form"
      onSubmit={(event) => {
        event.preventDefault();
        onBuild(name.trim(), workers);
      }}
    >
      <EngineField value={options.engine} onChange={(engine) => onChange({ ...options, engine })} />
      {NUMBERS.map((option) => (
        <NumberField
          key={option.key}
          option={option}
          value={options[option.key]}
          onChange={(value) => onChange({ ...options, [option.key]: value })}
        />
      ))}
      <NumberField option={WORKERS} value={workers} onChange={setWorkers} />
      <div className="segment-field wide">
        <label htmlFor={id}>New project</label>
        <input id={id} className="input compact" value={name} onChange={(event) => setOut(event.target.value)} />
      </div>
      <div className="segment-deeds">
        <Button onClick={onLook}>
          <Eye size={14} aria-hidden /> Preview
        </Button>
        <Button type="submit" look="primary" disabled={busy || name.trim() === ""}>
          <Hammer size={14} aria-hidden /> Build
        </Button>
      </div>
    </form>
  );
}
