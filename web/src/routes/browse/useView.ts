import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import type { ViewInfo } from "@/api/types";
import { ApiError } from "@/api/http";
import { hub, labelled, outbox } from "@/app/services";
import { Store } from "@/app/store";
import { nothing, type Selection } from "@/grid/selection";
import { Windows } from "@/grid/windows";
import type { Asked } from "./asked";
import { incomplete, toBody } from "./queues";
import { Shelf } from "./shelf";

/** A view and all that one does in it, so that going back finds it as it was left. */
export interface View {
  readonly info: ViewInfo;
  readonly windows: Windows;
  readonly selection: Store<Selection>;
  /** Images whose suggestion was said to be wrong. */
  readonly rejected: Store<ReadonlySet<number>>;
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

const nowhere: State = { view: null, error: null, answered: "", old: false };

const viewOf = (info: ViewInfo): Windows =>
  new Windows(info.size, (offset, limit, signal) => api.viewWindow(info.id, offset, limit, signal));

const goesByLabels = ({ queue, filter }: Asked) => queue !== "all" || filter.statuses.length > 0;
const goesByDrawing = ({ filter }: Asked) =>
  filter.reviews.length > 0 || filter.objects !== "" || filter.object_ids.length > 0 || filter.check !== "";

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
      if (kind === "labels" || kind === "objects") {
        if (kind === "labels" ? goesByLabels(view.asked) : goesByDrawing(view.asked)) onOld();
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

/** Opens a view for what is asked, and keeps the last one on screen until the next is there. A step back in the
 * browser's history finds the view of then, in its order; `place` is the history's own name for where one is. */
export function useView(project: string, asked: Asked, place: string) {
  const [state, setState] = useState<State>(nowhere);
  const [turn, setTurn] = useState(0);
  const own = useRef(new Set<number>());
  const shelf = useRef(new Shelf<View>(8, (view) => view.windows.close()));
  const lastTurn = useRef(0);
  const question = JSON.stringify(asked);
  const asking = `${place} ${question} ${turn}`;
  const refresh = useCallback(() => setTurn((now) => now + 1), []);

  useEffect(() => {
    return outbox.onEvent((event) => event.kind === "saved" && own.current.add(event.answer.seq));
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    const now = JSON.parse(question) as Asked;
    const renewed = lastTurn.current !== turn;
    lastTurn.current = turn;
    const answer = async (): Promise<State> => {
      const before = renewed ? undefined : shelf.current.get(place);
      if (before && JSON.stringify(before.asked) === question) {
        before.windows.invalidate();
        return { view: before, error: null, answered: asking, old: before.info.queue !== "all" };
      }
      if (incomplete(now)) return { view: null, error: null, answered: asking, old: false };
      const info = await api.openView(project, toBody(now), abort.signal);
      const view: View = {
        info,
        windows: viewOf(info),
        selection: new Store(nothing),
        rejected: new Store<ReadonlySet<number>>(new Set()),
        asked: now,
        project,
      };
      shelf.current.put(place, view);
      return { view, error: null, answered: asking, old: false };
    };
    answer()
      .then((next) => {
        if (!abort.signal.aborted) setState(next);
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        // A refusal takes the place of the view; a server that is away leaves the last one on screen.
        const refused = error instanceof ApiError && !error.passing;
        setState((before) => ({ ...(refused ? nowhere : before), error, answered: asking }));
      });
    return () => abort.abort();
  }, [project, question, asking, place, turn]);

  const { view } = state;
  useEffect(() => {
    if (!view) return;
    const stop = listen(view, own.current, () => setState((before) => ({ ...before, old: true })), refresh);
    return () => {
      stop();
      view.windows.rest();
    };
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
