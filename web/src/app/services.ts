import { MutationCache, QueryClient } from "@tanstack/react-query";
import { api, urls } from "@/api/calls";
import { ApiError } from "@/api/http";
import type { LabelledImage } from "@/api/types";
import { Documents } from "@/draw/documents";
import type { DrawOutbox } from "@/draw/outbox";
import { openDrawings } from "@/draw/shelf";
import { browserHub } from "@/events/browser";
import { EventHub } from "@/events/hub";
import { Loader } from "@/grid/loader";
import { openOutbox } from "@/label/shelf";
import { Emitter, Store } from "./store";

/** The parts of the page that outlive its screens; made once. */
export const queries = new QueryClient({
  // What is started (a build, a training) counts the labels: those on their way arrive first.
  mutationCache: new MutationCache({
    onMutate: () => Promise.all([outbox.drained(), drawings.drained()]),
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.passing,
    },
    mutations: { networkMode: "always" },
  },
});

export const hub = new EventHub(urls.events, browserHub, document.documentElement.dataset.lastEvent);
export const thumbs = new Loader();
export const outbox = openOutbox((project, changes) => api.label(project, changes));

/** What is drawn, on its way to the server, and what the server was last known to have. */
export const drawings: DrawOutbox = openDrawings({
  send: (project, changes, description) => api.draw(project, changes, description),
  seen: (image) => documents.peek(image)?.objects ?? null,
});
export const documents = new Documents({ load: (image) => api.objects(image), outbox: drawings });

// A picture has one version: what one of the two has made of it is not somebody else's doing to the other.
outbox.onEvent((event) => event.kind === "saved" && drawings.learn(event.answer.images));
drawings.onEvent((event) => {
  if (event.kind === "saved") outbox.learn([{ id: event.entry.image, version: event.version }]);
});

/** Images whose labels the server has just told: by an answer, an undo, or another tab. */
export const labelled = new Emitter<readonly LabelledImage[]>();

/** Counts up when every picture is drawn anew: the project shows its samples in another way. */
export const drawn = new Store(0);

/** Said to screen readers. */
export const announcement = new Store("");
export const announce = (text: string): void => announcement.set(text);
