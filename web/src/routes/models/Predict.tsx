import { useMutation } from "@tanstack/react-query";
import { ImageOff } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import type { Model, Prediction } from "@/api/types";
import { Button } from "@/ui/Button";
import { DropZone } from "@/ui/DropZone";
import { many, percent } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { isExported } from "./kinds";

/** What was answered, in words. */
const said = (one: Prediction | undefined): string =>
  one?.tags ? one.tags.join(", ") || "none of the tags" : (one?.label ?? "");

interface Asked {
  readonly key: string;
  readonly name: string;
  readonly src: string;
  readonly prediction: Prediction;
}

/** More at once would keep the first answer waiting. */
const BATCH = 16;

function Picture({ src, name }: { src: string; name: string }) {
  const [broken, setBroken] = useState(false);
  return (
    <div className="prediction-picture">
      {broken ? (
        <ImageOff size={20} aria-label={`${name} cannot be shown by this browser`} />
      ) : (
        <img src={src} alt={name} onError={() => setBroken(true)} />
      )}
    </div>
  );
}

/** The tags that are there: those above their own thresholds. */
function Tags({ tags, name }: { tags: readonly string[]; name: string }) {
  if (tags.length === 0) return <p className="prediction-label muted">None of its tags</p>;
  return (
    <ul className="prediction-tags" aria-label={`Tags of ${name}`}>
      {tags.map((tag) => (
        <li key={tag} className="badge accent">
          {tag}
        </li>
      ))}
    </ul>
  );
}

function Answer({ asked }: { asked: Asked }) {
  const best = Object.entries(asked.prediction.probabilities ?? {})
    .sort(([, a], [, b]) => b - a)
    .slice(0, Math.max(5, asked.prediction.tags?.length ?? 0));
  const { label, probability, error, reason, tags } = asked.prediction;
  return (
    <li className="prediction">
      <Picture src={asked.src} name={asked.name} />
      <div className="grow stack tight-stack">
        <p className="muted small ellipsis">{asked.name}</p>
        {error ? (
          <p className="row">
            <span className="badge bad">{reason ?? "unreadable"}</span> {error}
          </p>
        ) : (
          <>
            {tags ? (
              <Tags tags={tags} name={asked.name} />
            ) : (
              <p className="prediction-label">
                <b>{label}</b> <span>{percent(probability)}</span>
              </p>
            )}
            <ul className="probabilities" aria-label={`Probabilities for ${asked.name}`}>
              {best.map(([name, p]) => (
                <li key={name} data-said={tags?.includes(name) ?? false}>
                  <span className="ellipsis">{name}</span>
                  <span className="p-bar" aria-hidden="true">
                    <span style={{ width: `${p * 100}%` }} />
                  </span>
                  <span className="num">{percent(p)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </li>
  );
}

/** Drop pictures, get labels. */
export function Predict({ model }: { model: Model }) {
  const [answers, setAnswers] = useState<readonly Asked[]>([]);
  const ask = useMutation({
    mutationFn: async (files: File[]) => {
      for (let i = 0; i < files.length; i += BATCH) {
        const batch = files.slice(i, i + BATCH);
        const { items } = await api.predict(model.id, batch);
        const next = items.flatMap((prediction, j) => {
          const file = batch[j];
          return file
            ? [
                {
                  key: crypto.getRandomValues(new Uint32Array(2)).join("-"),
                  name: file.name,
                  src: URL.createObjectURL(file),
                  prediction,
                },
              ]
            : [];
        });
        setAnswers((now) => [...next, ...now]);
      }
    },
  });
  useEffect(
    () => () => {
      setAnswers((now) => {
        for (const one of now) URL.revokeObjectURL(one.src);
        return [];
      });
    },
    [],
  );
  const ready = isExported(model);
  return (
    <section className="stack" aria-labelledby="predict-title">
      <div className="row">
        <h2 id="predict-title" className="grow">
          Ask it
        </h2>
        {answers.length > 0 && (
          <Button small look="quiet" onClick={() => setAnswers([])}>
            Clear
          </Button>
        )}
      </div>
      <DropZone
        label="Drop pictures here"
        hint={
          ready ? "They are answered and not kept." : "Export the model first: predictions run on the exported file."
        }
        disabled={!ready || ask.isPending}
        onFiles={(files) => ask.mutate(files)}
      />
      {ask.isPending && <Skeletons count={1} height={104} />}
      {ask.error && <ErrorNote error={ask.error} />}
      <p className="hidden-but-read" role="status">
        {answers.length > 0 &&
          `${many(answers.length, "picture")} answered; the newest is ${said(answers[0]?.prediction)}`}
      </p>
      <ul className="predictions">
        {answers.map((asked) => (
          <Answer key={asked.key} asked={asked} />
        ))}
      </ul>
    </section>
  );
}
