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
  /** Read from a file or copied from a run: complete, and called so. */
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
  const start: Spec | undefined =
    base.kind === "given"
      ? base.spec
      : base.kind === "preset"
        ? preset.data?.spec
        : mode === "new"
          ? suggested.data
          : (inherited.data?.spec ?? undefined);
  const spec = useMemo(() => over(start ?? {}, changed), [start, changed]);
  const asked = base.kind === "preset" ? preset : mode === "new" ? suggested : inherited;
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
    dirty: Object.keys(patch(start ?? {}, spec)).length > 0,
    error: asked.error,
    waiting: start === undefined && asked.isFetching,
    begin,
    set,
    change,
    reset: useCallback(() => setChanged({}), []),
  };
}
