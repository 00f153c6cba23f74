import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Mode } from "@/api/types";
import { at, over, patch, type Spec } from "./spec";

/** What the settings begin with, before anything is changed. */
export type Base =
  | { readonly kind: "suggested" }
  | { readonly kind: "preset"; readonly name: string }
  /** As a former training was. */
  | { readonly kind: "run"; readonly id: string }
  /** Read from a file: complete, and called so. */
  | { readonly kind: "given"; readonly name: string; readonly spec: Spec };

export interface Draft {
  readonly base: Base;
  /** What the base says, complete. */
  readonly start: Spec | undefined;
  /** With what was changed. */
  readonly spec: Spec;
  readonly dirty: boolean;
  readonly error: unknown;
  readonly waiting: boolean;
  readonly begin: (base: Base) => void;
  readonly set: (spec: Spec) => void;
  readonly change: (part: Spec) => void;
  readonly reset: () => void;
}

const word = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The settings of the training that is being planned: a base, and what was changed of it. */
export function useDraft(project: string, mode: Mode, parent: string, first: Base, ready: boolean): Draft {
  const [base, setBase] = useState<Base>(first);
  const [changed, setChanged] = useState<Spec>({});
  const network = word(at(changed, "model.name"));
  const suggested = useQuery({
    queryKey: keys.spec(project, network),
    queryFn: () => api.suggestedSpec(project, network),
    enabled: ready && mode === "new" && base.kind === "suggested",
    placeholderData: keepPreviousData,
    retry: false,
  });
  const preset = useQuery({
    queryKey: keys.presetSpec(project, base.kind === "preset" ? base.name : ""),
    queryFn: () => api.presetSpec(project, base.kind === "preset" ? base.name : ""),
    enabled: ready && base.kind === "preset",
    retry: false,
  });
  const inherited = useQuery({
    queryKey: keys.inheritedSpec(project, mode, parent),
    queryFn: () => api.checkSpec(project, { spec: {}, mode, parent }),
    enabled: ready && mode !== "new" && parent !== "",
    retry: false,
  });
  const former = useQuery({
    queryKey: keys.run(base.kind === "run" ? base.id : ""),
    queryFn: () => api.run(base.kind === "run" ? base.id : ""),
    enabled: ready && base.kind === "run",
    retry: false,
  });
  const asked = mode === "new" ? suggested : inherited;
  const started: Record<Base["kind"], { spec: Spec | undefined; error: unknown; isFetching: boolean }> = {
    given: { spec: base.kind === "given" ? base.spec : undefined, error: null, isFetching: false },
    preset: { spec: preset.data?.spec, error: preset.error, isFetching: preset.isFetching },
    run: { spec: former.data?.spec, error: former.error, isFetching: former.isFetching },
    suggested: {
      spec: mode === "new" ? suggested.data : (inherited.data?.spec ?? undefined),
      error: asked.error,
      isFetching: asked.isFetching,
    },
  };
  const { spec: start, error, isFetching } = started[base.kind];
  const spec = useMemo(() => over(start ?? {}, changed), [start, changed]);
  const set = useCallback(
    (next: Spec) =>
      setChanged((now) => {
        const unseen = Object.fromEntries(Object.entries(now).filter(([key]) => !(key in next)));
        return { ...unseen, ...patch(start ?? {}, next) };
      }),
    [start],
  );
  const change = useCallback((part: Spec) => setChanged((now) => over(now, part)), []);
  const begin = useCallback((next: Base) => {
    setBase(next);
    setChanged({});
  }, []);
  return {
    base,
    start,
    spec,
    dirty: start !== undefined && Object.keys(patch(start, spec)).length > 0,
    error,
    waiting: start === undefined && isFetching,
    begin,
    set,
    change,
    reset: useCallback(() => setChanged({}), []),
  };
}
