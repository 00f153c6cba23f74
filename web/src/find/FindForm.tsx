import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useSyncExternalStore, type ReactNode } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { ErrorNote, Skeletons } from "@/ui/States";
import { finders, type TextDetector } from "./calls";
import { engineOf, leastOf, want, whyNot, wish, TILE_PX, type Wish } from "./wish";
import "./find.css";

const NONE: readonly TextDetector[] = [];

/** The engines, the wish, and why it cannot be asked yet. */
export function useFind() {
  const chosen = useSyncExternalStore(wish.subscribe, wish.get);
  const { data, error, refetch } = useQuery({ queryKey: keys.textDetectors, queryFn: finders.engines });
  const engine = engineOf(data ?? NONE, chosen);
  return { engines: data, error, retry: () => void refetch(), engine, wish: chosen, why: whyNot(engine, chosen) };
}

function Row({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="find-row">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

const CLEANUPS: readonly { form: Wish["form"]; title: string }[] = [
  { form: "box", title: "Boxes" },
  { form: "polygon", title: "Polygons" },
];

function Options({
  engines,
  engine,
  chosen,
}: {
  engines: readonly TextDetector[];
  engine: TextDetector;
  chosen: Wish;
}) {
  const { data: segmenters } = useQuery({ queryKey: keys.assistEngines, queryFn: api.assistEngines });
  const least = leastOf(engine, chosen);
  return (
    <>
      <Row label="Engine">
        {(id) => (
          <select
            id={id}
            className="input compact"
            value={engine.name}
            onChange={(event) => want({ engine: event.target.value, least: null })}
          >
            {engines.map((one) => (
              <option key={one.id} value={one.name} disabled={!one.ready}>
                {one.ready ? one.name : `${one.name} (${one.why})`}
              </option>
            ))}
          </select>
        )}
      </Row>
      <Row label="Sure from">
        {(id) => (
          <>
            <input
              id={id}
              type="range"
              min={0.02}
              max={0.98}
              step={0.02}
              value={least}
              aria-valuetext={`${Math.round(least * 100)} %`}
              onChange={(event) => want({ least: Number(event.target.value) })}
            />
            <output className="num small">{least.toFixed(2).replace(/^0/, "")}</output>
          </>
        )}
      </Row>
      <Row label="Clean up">
        {(id) => (
          <select
            id={id}
            className="input compact"
            value={chosen.segmenter}
            onChange={(event) => want({ segmenter: event.target.value })}
          >
            <option value="">As found</option>
            <option value="auto">Usual segmenter</option>
            {segmenters?.map((one) => (
              <option key={one.name} value={one.name} disabled={!one.ready}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Row>
      <Row label="Draw">
        {(id) => (
          <select
            id={id}
            className="input compact"
            value={chosen.form}
            onChange={(event) => want({ form: event.target.value === "polygon" ? "polygon" : "box" })}
          >
            {CLEANUPS.map(({ form, title }) => (
              <option key={form} value={form}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Row>
      <label className="check small">
        <input type="checkbox" checked={chosen.small} onChange={(event) => want({ small: event.target.checked })} />
        Small things, in tiles of {TILE_PX} px
      </label>
      <label className="check small">
        <input type="checkbox" checked={chosen.create} onChange={(event) => want({ create: event.target.checked })} />
        Make missing classes at once
      </label>
    </>
  );
}

interface FindFormProps {
  find: ReturnType<typeof useFind>;
  onAsk: () => void;
  /** How often somebody asked for the field: each time it gets the focus. */
  asked?: number;
  children: ReactNode;
}

/** The words and how they are looked for; `children` are the buttons that ask. */
export function FindForm({ find, onAsk, asked = 0, children }: FindFormProps) {
  const { engines, engine, wish: chosen } = find;
  const id = useId();
  const words = useRef<HTMLInputElement>(null);
  const there = engine !== undefined;
  useEffect(() => {
    if (asked > 0 && there) {
      words.current?.focus();
      words.current?.select();
    }
  }, [asked, there]);
  if (find.error) return <ErrorNote error={find.error} onRetry={find.retry} />;
  if (!engines) return <Skeletons count={3} height={28} />;
  if (!engine)
    return (
      <div className="stack tight-stack">
        <p className="muted small">
          No engine finds things by words yet. Add the folder of an OWLv2, Grounding DINO or SAM 3.
        </p>
        <Link className="button small" to="/models">
          To the models
        </Link>
      </div>
    );
  return (
    <form
      className="find-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!find.why) onAsk();
      }}
    >
      <label className="hidden-but-read" htmlFor={id}>
        What is to be found; commas divide
      </label>
      <input
        ref={words}
        id={id}
        className="input find-words"
        value={chosen.text}
        placeholder="traffic light, red car"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => want({ text: event.target.value })}
      />
      <Options engines={engines} engine={engine} chosen={chosen} />
      {chosen.text && find.why && <p className="muted small">{find.why}</p>}
      <div className="row">{children}</div>
    </form>
  );
}
