import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import type { AugmentPreview } from "@/api/types";

/** A hand that is still moving asks for nothing, ms. */
const REST_MS = 200;

/** What of a spec decides how pictures are varied. */
const TAKEN = [
  "seed",
  "image_size",
  "resize",
  "tone",
  "batch_size",
  "accumulate",
  "model",
  "task",
  "data",
  "folds",
  "fold",
];

export const asked = (spec: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => TAKEN.includes(key)));

/** A value that has rested. */
export function useRested<T>(value: T, ms = REST_MS): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

/** The pictures of some settings: the latest asked for wins, and the last ones stay until they are there. */
export function usePreview(project: string, body: AugmentPreview, wanted: boolean) {
  const rested = useRested(JSON.stringify(body));
  return useQuery({
    queryKey: ["project", project, "augment", rested],
    queryFn: ({ signal }) => api.previewAugment(project, JSON.parse(rested) as AugmentPreview, signal),
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
}
