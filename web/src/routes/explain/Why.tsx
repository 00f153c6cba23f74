import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Explanation } from "@/api/types";
import { to } from "@/app/project";
import { ErrorNote, Skeletons } from "@/ui/States";
import { Answer } from "./Answer";
import { Controls } from "./Controls";
import { useExplained, useWish } from "./useExplain";

/** What a network looked at in the picture that is open; `on`: whether that is asked. */
export function useWhy(project: string, image: number | undefined, on: boolean) {
  const { data: models, error: noModels } = useQuery({ queryKey: keys.models, queryFn: api.models, enabled: on });
  const own = (models ?? []).filter(
    (one) => one.kind === "classifier" && one.format === "torch" && one.project === project && !one.fault,
  );
  const [picked, setPicked] = useState<string | null>(null);
  const model = own.find((one) => one.id === picked) ?? own[0];
  const asking = useWish(on && model ? model.id : null);
  const answer = useExplained(on && model ? model.id : null, image, asking.wish);
  return {
    ...asking,
    answer,
    models: own,
    known: models !== undefined || noModels !== null,
    model,
    pick: setPicked,
    explanation: on && answer.data?.image_id === image ? answer.data : undefined,
  };
}

export type Why = ReturnType<typeof useWhy>;

/** The map that is to lie over the open picture. */
export const heatOf = (why: Why): { explanation: Explanation; opacity: number } | null =>
  why.explanation ? { explanation: why.explanation, opacity: why.opacity } : null;

/** Beside an open picture: what the network answers, and what is to be shown of it. */
export function WhyPanel({ project, why }: { project: string; why: Why }) {
  const { models, known, model, pick, layers, answer, explanation } = why;
  return (
    <section className="why stack" aria-labelledby="why-title">
      <h3 id="why-title">Where the network looked</h3>
      {!known && <Skeletons count={2} height={18} />}
      {known && !model && (
        <p className="small muted">
          No network of this project yet. <Link to={to.train(project)}>Train one</Link>, and press E again.
        </p>
      )}
      {models.length > 1 && (
        <select
          className="input compact"
          aria-label="Network"
          value={model?.id}
          onChange={(event) => pick(event.target.value)}
        >
          {models.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}
            </option>
          ))}
        </select>
      )}
      {answer.error && <ErrorNote error={answer.error} onRetry={() => void answer.refetch()} />}
      {model && !explanation && !answer.error && <Skeletons count={3} height={18} />}
      {explanation && <Answer explanation={explanation} />}
      {layers.data && (
        <Controls
          layers={layers.data}
          wish={why.wish}
          onWish={why.setWish}
          opacity={why.opacity}
          onOpacity={why.setOpacity}
        />
      )}
    </section>
  );
}
