import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import type { ViewInfo } from "@/api/types";
import { hub, labelled, outbox } from "@/app/services";
import { Windows } from "@/grid/windows";
import type { Asked } from "./asked";

export interface View {
  readonly info: ViewInfo;
  readonly windows: Windows;
  readonly asked: Asked;
  readonly project: string;
}

/** An event names no more images than this: then any may have changed. */
const MOST_TOLD = 500;

interface State {
  view: View | null;
  error: unknown;
  /** The question that view or error answers. */
  answered: string;
  /** Something happened since that a fresh view would show otherwise. */
  old: boolean;
}

const viewOf = (info: ViewInfo): Windows =>
  new Windows(info.size, (offset, limit, signal) => api.viewWindow(info.id, offset, limit, signal));

/** Says which parts of an open view an event touches. */
function listen(view: View, own: ReadonlySet<number>, onOld: () => void, onEmpty: () => void): () => void {
  const stops = [
    labelled.on((images) => view.windows.apply(images)),
    outbox.onEvent((event) => {
      const touched = event.entry.images.map(({ id }) => id);
      if (event.kind === "refused") view.windows.invalidate(touched);
      else {
        view.windows.apply(event.answer.images);
        if (event.answer.images.length < touched.length) view.windows.invalidate(touched);
      }
    }),
    hub.onEvent(({ kind, data }) => {
      if (kind === "reset") view.windows.invalidate();
      if (data.project !== view.project) return;
      if (kind === "labels") {
        if (view.asked.queue !== "all" || view.asked.filter.statuses.length > 0) onOld();
        // Our own labels are told by their answer, which may come after the event.
        setTimeout(() => {
          if (typeof data.seq === "number" && own.has(data.seq)) return;
          const touched = Array.isArray(data.images) ? (data.images as number[]) : [];
          view.windows.invalidate(touched.length > 0 && touched.length < MOST_TOLD ? touched : undefined);
        }, 400);
      }
      if (kind === "head") {
        view.windows.invalidate();
        if (view.asked.queue !== "all") onOld();
      }
      if (kind === "ingest") {
        if (view.info.size === 0) onEmpty();
        else onOld();
      }
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Opens a view for what is asked, and keeps the last one on screen until the next is there. */
export function useView(project: string, asked: Asked) {
  const [state, setState] = useState<State>({ view: null, error: null, answered: "", old: false });
  const [turn, setTurn] = useState(0);
  const own = useRef(new Set<number>());
  const question = JSON.stringify(asked);
  const asking = `${question} ${turn}`;
  const refresh = useCallback(() => setTurn((now) => now + 1), []);

  useEffect(() => {
    return outbox.onEvent((event) => event.kind === "saved" && own.current.add(event.answer.seq));
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    const now = JSON.parse(question) as Asked;
    api
      .openView(
        project,
        { queue: now.queue, filter: now.filter, ...(now.seed === null ? {} : { seed: now.seed }) },
        abort.signal,
      )
      .then((info) => {
        if (abort.signal.aborted) return;
        const view: View = { info, windows: viewOf(info), asked: now, project };
        setState((before) => {
          before.view?.windows.close();
          return { view, error: null, answered: asking, old: false };
        });
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setState((before) => ({ ...before, error, answered: asking }));
      });
    return () => abort.abort();
  }, [project, question, asking]);

  const { view } = state;
  useEffect(() => {
    if (!view) return;
    return listen(view, own.current, () => setState((before) => ({ ...before, old: true })), refresh);
  }, [view, refresh]);

  const loading = state.answered !== asking;
  return {
    view: view?.project === project ? view : null,
    error: loading ? null : state.error,
    loading,
    old: state.old,
    refresh,
  };
}
