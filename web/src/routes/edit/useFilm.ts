import { useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import { hub, labelled, outbox } from "@/app/services";
import { ApiError } from "@/api/http";
import { Windows } from "@/grid/windows";

interface Film {
  readonly view: string;
  readonly windows: Windows;
}

interface State {
  readonly asked: string;
  readonly film: Film | null;
  readonly error: unknown;
}

const opened = (view: string, size: number): Film => ({
  view,
  windows: new Windows(size, (offset, limit, signal) => api.viewWindow(view, offset, limit, signal)),
});

/** The pictures to go through: a view that somebody came from, or all; a view that is gone is all as well. */
export function useFilm(project: string, view: string) {
  const asked = `${project}/${view}`;
  const [state, setState] = useState<State>({ asked: "", film: null, error: null });
  const [turn, setTurn] = useState(0);
  // All pictures are a view as well once they were opened: its name in the address opens nothing anew.
  const here = useRef("");

  useEffect(() => {
    if (view !== "" && here.current === view) return;
    const abort = new AbortController();
    const everything = async () => {
      const info = await api.openView(project, { queue: "all", filter: {} }, abort.signal);
      return opened(info.id, info.size);
    };
    const open = async () => {
      if (view === "") return everything();
      try {
        return opened(view, (await api.viewWindow(view, 0, 1, abort.signal)).size);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return everything();
        throw error;
      }
    };
    open()
      .then((film) => {
        if (abort.signal.aborted) return;
        here.current = film.view;
        setState({ asked, film, error: null });
      })
      .catch((error: unknown) => !abort.signal.aborted && setState({ asked, film: null, error }));
    return () => abort.abort();
  }, [project, view, asked, turn]);

  const shown = state.asked === asked || (view !== "" && state.film?.view === view);
  const film = shown ? state.film : null;
  useEffect(() => {
    if (!film) return;
    const { windows } = film;
    const stops = [
      labelled.on((images) => windows.apply(images)),
      outbox.onEvent((event) => {
        if (event.kind === "saved") windows.apply(event.answer.images);
        else windows.invalidate(event.entry.images.map(({ id }) => id));
      }),
      hub.onEvent(({ kind, data }) => {
        const changed = (kind === "labels" || kind === "objects") && data.project === project;
        if (kind === "reset" || changed) windows.invalidate();
      }),
    ];
    return () => {
      stops.forEach((stop) => stop());
      windows.rest();
    };
  }, [film, project]);

  return {
    film,
    error: shown ? state.error : null,
    retry: () => {
      here.current = "";
      setTurn((now) => now + 1);
    },
  };
}
