import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { hub, labelled, outbox, queries } from "@/app/services";
import { decode, relabelled, withLabelsOf, type Bounds, type Points, type Said } from "./points";

const QUIET_MS = 900;
const OWN_MS = 400;
const LOOK_MS = 30_000;
const LOOK_AT_JOB_MS = 1_500;

export const boundsOf = (bounds: readonly number[] | null): Bounds | null =>
  bounds?.length === 4 ? (bounds as unknown as Bounds) : null;

async function load(project: string, method: string, bounds: Bounds, signal?: AbortSignal): Promise<Points> {
  return decode(await api.mapPoints(project, method, signal), bounds);
}

/** What was said of drawn pictures and is on its way. */
function unsent(points: Points): Said[] {
  if (outbox.unsent === 0) return [];
  return Array.from(points.imageId, (id, at): Said | null => {
    const mark = outbox.overlay(id);
    if (!mark) return null;
    const before = points.classId[at] ?? -1;
    const kept = before < 0 ? null : before;
    return { id, status: mark.status, class_id: mark.class_id === undefined ? kept : mark.class_id };
  }).filter((one) => one !== null);
}

/** How a map stands and its points, which follow every label at once; new predictions wait until they are asked for. */
export function useMap(project: string, method: string) {
  const about = useQuery({
    queryKey: keys.map(project, method),
    queryFn: () => api.map(project, method),
    refetchInterval: (query) => (query.state.data?.job ? LOOK_AT_JOB_MS : LOOK_MS),
  });
  const key = about.data?.key ?? null;
  const bounds = boundsOf(about.data?.bounds ?? null);
  const points = useQuery({
    queryKey: keys.mapPoints(project, method, key),
    queryFn: ({ signal }) => (bounds ? load(project, method, bounds, signal) : null),
    enabled: bounds !== null,
    staleTime: Infinity,
    structuralSharing: false,
  });
  const [predicted, setPredicted] = useState(false);
  const change = useCallback(
    (turn: (points: Points) => Points) =>
      queries.setQueryData<Points | null>(keys.mapPoints(project, method, key), (old) => old && turn(old)),
    [project, method, key],
  );

  const square = bounds?.join(" ") ?? "";
  const recolour = useCallback(
    async (whole: boolean) => {
      const known = boundsOf(square.split(" ").map(Number));
      if (!known) return;
      const fresh = await load(project, method, known);
      change((old) => (whole ? fresh : withLabelsOf(old, fresh)));
      if (whole) setPredicted(false);
      await queries.invalidateQueries({ queryKey: keys.map(project, method), exact: true });
    },
    [project, method, square, change, setPredicted],
  );

  const own = useRef(new Set<number>());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void recolour(false).catch(() => undefined), QUIET_MS);
    };
    const stops = [
      labelled.on((images) => change((old) => relabelled(old, images))),
      outbox.subscribe(() => change((old) => relabelled(old, unsent(old)))),
      outbox.onEvent((event) => {
        if (event.kind === "refused") soon();
        else {
          own.current.add(event.answer.seq);
          change((old) => relabelled(old, event.answer.images));
        }
      }),
      hub.onEvent(({ kind, data }) => {
        if (kind === "reset") soon();
        if (data.project !== project) return;
        if (kind === "head") setPredicted(true);
        // Our own labels are told by their answer, which may come after the event.
        if (kind === "labels") setTimeout(() => own.current.has(Number(data.seq)) || soon(), OWN_MS);
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [project, change, recolour]);

  return { about, points: points.data ?? null, error: about.error ?? points.error, predicted, recolour };
}
