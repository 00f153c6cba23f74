import { useQuery } from "@tanstack/react-query";
import { Dices, ScanSearch, X } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { QueueInfo } from "@/api/types";
import type { ClassLook } from "@/label/look";
import { IconButton } from "@/ui/Button";
import { ago, many } from "@/ui/format";
import { BANDS, MEASURES, METHODS, type Asked, type Measure, type Method, type Options } from "./asked";
import { BandSlider } from "./BandSlider";

interface QueueOptionsProps {
  project: string;
  queue: QueueInfo;
  asked: Asked;
  onAsk: (next: Asked) => void;
  looks: readonly ClassLook[];
  onBack: () => void;
}

/** Of near-duplicates, as the server takes it. */
const LIKENESS = { what: "Likeness", least: 0.8 };

const MEASURE_NAMES: Record<Measure, string> = {
  margin: "smallest margin",
  entropy: "highest entropy",
  confidence: "least confident",
};
const METHOD_NAMES: Record<Method, string> = {
  lof: "local outlier factor",
  forest: "isolation forest",
  knn: "distance to neighbours",
};

interface ChoiceProps<T extends string> {
  label: string;
  value: T | null;
  names: readonly (readonly [T, string])[];
  /** What holds when nothing is chosen. */
  first?: string;
  onChoose: (value: T | null) => void;
}

function Choice<T extends string>({ label, value, names, first, onChoose }: ChoiceProps<T>) {
  return (
    <select
      className="input compact queue-option"
      aria-label={label}
      value={value ?? (first === undefined ? names[0]?.[0] : "")}
      onChange={(event) => onChoose((event.target.value || null) as T | null)}
    >
      {first !== undefined && <option value="">{first}</option>}
      {names.map(([name, title]) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}

/** Models and encoders whose answers can be set against the head's. */
function Against({ value, onChoose }: { value: string | null; onChoose: (value: string | null) => void }) {
  const { data: models } = useQuery({ queryKey: keys.models, queryFn: api.models });
  const { data: engines } = useQuery({ queryKey: keys.engines, queryFn: api.engines });
  const classifiers = (models ?? []).filter((model) => model.kind !== "encoder" && !model.fault);
  const encoders = (engines ?? []).filter((engine) => engine.kind === "encoder" && engine.ready);
  const names = [
    ...classifiers.map((model) => [model.name, `model ${model.name}`] as const),
    ...encoders.map((engine) => [engine.name, `encoder ${engine.name}`] as const),
  ];
  const known = value === null || names.some(([name]) => name === value);
  return (
    <Choice
      label="Compare the head with"
      value={value}
      first="newest model"
      names={known ? names : [[value, value] as const, ...names]}
      onChoose={onChoose}
    />
  );
}

/** Words to look for; they are sent by Enter, for each takes the encoder a moment. */
function Words({ value, onFind }: { value: string; onFind: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onFind(text.trim());
  };
  return (
    <form className="search-field words-field" role="search" onSubmit={submit}>
      <ScanSearch size={14} aria-hidden />
      <input
        type="search"
        className="input compact"
        aria-label="What the pictures show, in words"
        placeholder="What they show, then Enter"
        value={text}
        maxLength={1000}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}

/** Trainings that have ended, the newest first: whose mistakes. */
function WhichRun({ project, value, onChoose }: { project: string; value: string; onChoose: (id: string) => void }) {
  const { data: runs } = useQuery({ queryKey: keys.runs(project), queryFn: () => api.runs(project) });
  const names = (runs ?? [])
    .filter((run) => run.state === "done")
    .map((run) => [run.id, `${run.network} ${ago(run.finished_at)}`] as const);
  const known = value === "" || names.some(([id]) => id === value);
  return (
    <Choice
      label="Whose mistakes"
      value={value === "" ? null : value}
      first="of the newest training"
      names={known ? names : [[value, value] as const, ...names]}
      onChoose={(id) => onChoose(id ?? "")}
    />
  );
}

/** What a queue can be told, beside its name. */
export function QueueOptions({ project, queue, asked, onAsk, looks, onBack }: QueueOptionsProps) {
  const { options } = asked;
  const set = (part: Partial<Options>) => onAsk({ ...asked, options: { ...options, ...part } });
  const takes = (option: string) => queue.options.includes(option);
  return (
    <>
      {takes("band") && (
        <BandSlider
          band={options.band ?? BANDS[queue.name] ?? [0, 1]}
          {...(queue.name === "near-duplicates" ? LIKENESS : {})}
          onBand={(band) => set({ band })}
        />
      )}
      {takes("class_id") && (
        <Choice
          label="Probability of"
          value={options.class_id === null ? null : String(options.class_id)}
          first="of the likeliest class"
          names={looks.map((look) => [String(look.id), `of ${look.name}`] as const)}
          onChoose={(id) => set({ class_id: id === null ? null : Number(id) })}
        />
      )}
      {takes("measure") && (
        <Choice
          label="Measure of doubt"
          value={options.measure}
          names={MEASURES.map((name) => [name, MEASURE_NAMES[name]] as const)}
          onChoose={(measure) => set({ measure })}
        />
      )}
      {takes("method") && (
        <Choice
          label="Way to find the odd ones"
          value={options.method}
          names={METHODS.map((name) => [name, METHOD_NAMES[name]] as const)}
          onChoose={(method) => set({ method })}
        />
      )}
      {takes("against") && <Against value={options.against} onChoose={(against) => set({ against })} />}
      {takes("text") && <Words value={options.text} onFind={(text) => set({ text })} />}
      {takes("run") && <WhichRun project={project} value={options.run} onChoose={(run) => set({ run })} />}
      {takes("images") && options.images.length > 0 && (
        <span className="chip">
          like {many(options.images.length, "picture")}
          <IconButton label="Back from what is similar" keys="Esc" small onClick={onBack}>
            <X size={12} aria-hidden />
          </IconButton>
        </span>
      )}
      {asked.queue === "random" && (
        <IconButton
          label="Shuffle again"
          small
          onClick={() => onAsk({ ...asked, seed: Math.floor(Math.random() * 2 ** 31) })}
        >
          <Dices size={14} aria-hidden />
        </IconButton>
      )}
    </>
  );
}
