import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Run } from "@/api/types";
import { ago } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { DiffTable } from "./DiffTable";
import type { Spec } from "./spec";
import type { Draft } from "./useDraft";

const BASES = {
  suggested: "what suits the data",
  preset: "the preset",
  run: "the former training",
  given: "",
} as const;

/** What the settings are compared with: what they began with, what suits the data, or a former training. */
export function Against({ project, draft, runs }: { project: string; draft: Draft; runs: readonly Run[] }) {
  const [against, setAgainst] = useState("base");
  const suggested = useQuery({
    queryKey: keys.spec(project),
    queryFn: () => api.suggestedSpec(project),
    enabled: against === "suggested",
  });
  const [kind, id = ""] = against.split("/");
  const run = useQuery({ queryKey: keys.run(id), queryFn: () => api.run(id), enabled: kind === "run" });
  const presets = useQuery({ queryKey: keys.presets, queryFn: api.presets, staleTime: Infinity });
  const preset = useQuery({
    queryKey: keys.presetSpec(project, id),
    queryFn: () => api.presetSpec(project, id),
    enabled: kind === "preset",
    retry: false,
  });
  const found: Record<string, Spec | undefined> = {
    base: draft.start,
    suggested: suggested.data,
    run: run.data?.spec,
    preset: preset.data?.spec,
  };
  const other = found[kind ?? "base"];
  const name = draft.base.kind === "given" ? draft.base.name : BASES[draft.base.kind];
  return (
    <div className="stack card spec-diff">
      <div className="row">
        <label htmlFor="against">Compared with</label>
        <select id="against" className="input" value={against} onChange={(event) => setAgainst(event.target.value)}>
          <option value="base">{name}, where it began</option>
          {draft.base.kind !== "suggested" && <option value="suggested">what suits the data</option>}
          {runs.length > 0 && (
            <optgroup label="Trainings">
              {runs.map((one) => (
                <option key={one.id} value={`run/${one.id}`}>
                  {one.network}, {ago(one.created_at)}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label="Presets">
            {presets.data?.map((one) => (
              <option key={one.name} value={`preset/${one.name}`}>
                {one.title}
              </option>
            ))}
          </optgroup>
        </select>
      </div>
      {preset.error && <ErrorNote error={preset.error} />}
      {other && <DiffTable before={other} after={draft.spec} heads={["There", "Here"]} />}
    </div>
  );
}
