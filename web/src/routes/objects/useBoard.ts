import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { api } from "@/api/calls";
import type { GalleryItem, ObjectRef } from "@/api/types";
import { announce, hub, labelled, outbox, drawings } from "@/app/services";
import { nothing, pick, targets, type Pick, type Selection } from "@/grid/selection";
import { toasts } from "@/ui/toasts";
import { Rows, type LoadPart } from "./rows";

/** What became of an object since the list was read: another class, or null: it is gone. */
export type Changes = ReadonlyMap<string, number | null>;

export const nameOf = ({ image_id, uid }: ObjectRef): string => `${image_id}/${uid}`;

const unchanged: Changes = new Map();

/** Tells of changes that this list has not made itself. */
function useForeign(project: string, mine: { current: Set<number> }, told: () => void): void {
  const latest = useRef(told);
  useEffect(() => {
    latest.current = told;
  });
  useEffect(
    () =>
      hub.onEvent(({ kind, data }) => {
        const seq = typeof data.seq === "number" ? data.seq : -1;
        if (kind === "objects" && data.project === project && !mine.current.delete(seq)) latest.current();
      }),
    [project, mine],
  );
}

/** A list of objects with a selection, and what can be done to it. */
export function useBoard<T extends GalleryItem>(project: string, listKey: string, load: LoadPart<T>) {
  const [turn, setTurn] = useState(0);
  const key = `${listKey} ${turn}`;
  // The key says all that decides what is loaded.
  const rows = useMemo(() => new Rows(load), [key]); // eslint-disable-line react-hooks/exhaustive-deps
  useSyncExternalStore(rows.subscribe, rows.snapshot);
  const [state, setState] = useState<{ key: string; selection: Selection; changes: Changes }>({
    key,
    selection: nothing,
    changes: unchanged,
  });
  const now = useMemo(
    () => (state.key === key ? state : { key, selection: nothing, changes: unchanged }),
    [state, key],
  );
  const [stale, setStale] = useState("");
  const [busy, setBusy] = useState(false);
  const mine = useRef(new Set<number>());
  const waiting = useRef(0);
  const total = rows.total ?? 0;

  useEffect(() => {
    rows.ensure({ start: 0, end: 1 });
    return () => rows.close();
  }, [rows]);

  const refresh = useCallback(() => setTurn((last) => last + 1), []);
  useForeign(project, mine, () => waiting.current === 0 && setStale(key));
  useEffect(() => labelled.on(refresh), [refresh]);

  const onPick = useCallback(
    (by: Pick) =>
      setState((last) => ({
        ...(last.key === key ? last : { key, changes: unchanged }),
        key,
        selection: pick(last.key === key ? last.selection : nothing, by),
      })),
    [key],
  );

  /** Gives what is selected another class, or deletes it. */
  const change = useCallback(
    async (classId: number | null) => {
      const chosen = targets(now.selection, total);
      if (chosen.length === 0 || busy) return;
      setBusy(true);
      waiting.current += 1;
      try {
        await Promise.all([outbox.drained(), drawings.drained()]);
        const found = await rows.of(chosen, new AbortController().signal);
        const refs = found
          .filter((one) => now.changes.get(nameOf(one)) !== null)
          .map(({ image_id, uid }) => ({ image_id, uid }));
        if (refs.length === 0) return;
        const done = await api.reclass(project, refs, classId);
        mine.current.add(done.seq);
        const end = chosen.at(-1) ?? 0;
        const focus = now.selection.all ? now.selection.focus : Math.min(total - 1, end + 1);
        setState((last) => {
          // What a person has gone to or picked meanwhile stays; another list has nothing to do with it.
          const here = last === state ? now : last;
          if (here.key !== key) return last;
          const changes = new Map(here.changes);
          for (const one of refs) changes.set(nameOf(one), classId);
          return { key, changes, selection: here.selection === now.selection ? { ...nothing, focus } : here.selection };
        });
        announce(done.description);
      } catch (error) {
        toasts.fail(error);
      } finally {
        waiting.current -= 1;
        setBusy(false);
      }
    },
    [now, state, total, busy, rows, project, key],
  );

  return {
    rows,
    total: rows.total,
    error: rows.error,
    key,
    selection: now.selection,
    changes: now.changes,
    stale: stale === key,
    busy,
    onPick,
    change,
    refresh,
  };
}

export type Board<T extends GalleryItem> = ReturnType<typeof useBoard<T>>;
