import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Link } from "react-router";
import { keys } from "@/api/keys";
import { media } from "@/api/media";
import { QUALITIES } from "@/live/camera";
import { CADENCES, choice, choose, RATES, type Choice } from "@/live/choice";
import { ErrorNote } from "@/ui/States";
import { Pick } from "./Pick";

export const useChoice = (): Choice => useSyncExternalStore(choice.subscribe, choice.get);
export const useEngines = () => useQuery({ queryKey: keys.narrators, queryFn: media.engines });

/** The list with what was chosen before, should it not be among the usual. */
function withOwn<T>(list: readonly T[], has: (one: T) => boolean, own: T): readonly T[] {
  return list.some(has) ? list : [own, ...list];
}

/** As people read it: that templates make the words goes without saying. */
const short = (name: string): string => name.replace(/^template:/, "");

/** What tells what is seen; leads to the models where there is none. */
function EnginePick() {
  const { engine } = useChoice();
  const engines = useEngines();
  const list = engines.data ?? [];
  const ready = list.filter((one) => one.ready);
  const options = [
    { value: "auto", title: ready[0] ? `Automatic: ${short(ready[0].name)}` : "Automatic" },
    ...list.map((one) => ({
      value: one.name,
      title: `${short(one.name)} (${one.ready ? one.kind : one.why})`,
      off: !one.ready,
    })),
  ];
  const known = withOwn(options, ({ value }) => value === engine, {
    value: engine,
    title: `${engine} (gone)`,
    off: true,
  });
  return (
    <>
      <Pick label="Engine" value={engine} options={known} onPick={(value) => choose({ engine: value })} />
      {engines.error && <ErrorNote error={engines.error} onRetry={() => void engines.refetch()} />}
      {engines.data && ready.length === 0 && (
        <div className="note warn" role="status">
          <p>
            Nothing here can say what it sees yet. <Link to="/models?tab=get">Get a detector</Link>,{" "}
            <Link to="/models">add a model</Link> or train one.
          </p>
        </div>
      )}
    </>
  );
}

/** What is said, in which words and how often; may be changed while it runs. */
export function NarrationOptions({ camera, still }: { camera: boolean; still: boolean }) {
  const { lang, everyS, frameRate, quality } = useChoice();
  const known = useQuery({ queryKey: keys.languages, queryFn: media.languages, staleTime: Infinity });
  const languages = withOwn(known.data ?? [], ({ code }) => code === lang, { code: lang, name: lang });
  const cadences = withOwn(CADENCES, ({ s }) => s === everyS, { s: everyS, title: `Every ${everyS} s` });
  const rates = withOwn(RATES, ({ fps }) => fps === frameRate, {
    fps: frameRate,
    title: `${frameRate} frames a second`,
  });
  return (
    <fieldset className="options">
      <legend>Narration</legend>
      <EnginePick />
      <Pick
        label="Language"
        lang
        value={lang}
        options={languages.map(({ code, name }) => ({ value: code, title: name }))}
        onPick={(value) => choose({ lang: value })}
      />
      {!still && (
        <>
          <Pick
            label="A text"
            value={String(everyS)}
            options={cadences.map(({ s, title }) => ({ value: String(s), title }))}
            onPick={(value) => choose({ everyS: Number(value) })}
          />
          <Pick
            label="Looks at"
            value={String(frameRate)}
            options={rates.map(({ fps, title }) => ({ value: String(fps), title }))}
            onPick={(value) => choose({ frameRate: Number(value) })}
          />
        </>
      )}
      {camera && (
        <Pick
          label="Quality"
          value={quality}
          options={QUALITIES.map(({ name, title }) => ({ value: name, title }))}
          onPick={(value) => choose({ quality: QUALITIES.find(({ name }) => name === value)?.name ?? "medium" })}
        />
      )}
    </fieldset>
  );
}
