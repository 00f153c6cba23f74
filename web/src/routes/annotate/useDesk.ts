import { useEffect, useState, useSyncExternalStore } from "react";
import { announce, documents, drawings, hub, labelled } from "@/app/services";
import { toasts } from "@/ui/toasts";
import { Desk } from "./desk";
import { parts } from "./slots";

const make = (project: string) =>
  new Desk(project, {
    outbox: drawings,
    documents,
    joined: parts.flatMap((part) => part.tools ?? []),
    say: (title, hint) => {
      toasts.say(title, { hint: hint ?? "" });
      announce(title);
    },
  });

/** The desk of a project, with all parts at it, for as long as the page is open. */
export function useDesk(project: string): Desk {
  const [desk] = useState(() => make(project));
  useSyncExternalStore(desk.subscribe, desk.snapshot);
  useEffect(() => {
    const stops = parts.flatMap((part) => part.mount?.(desk) ?? []);
    return () => stops.forEach((stop) => stop());
  }, [desk]);
  return desk;
}

/** Our own changes are told by their answer, which may come after the event. */
const OWN_MS = 400;

/** Opens a picture on the desk, and again whenever what the server has of it is another than what is shown. */
export function useDocument(desk: Desk, image: number | null): { error: unknown; retry: () => void } {
  const [error, setError] = useState<{ image: number; error: unknown } | null>(null);
  useEffect(() => {
    if (image === null) return;
    const show = () => {
      const document = documents.shown(image);
      if (document) desk.open(document);
      const problem = documents.errorOf(image);
      setError(problem === null || document ? null : { image, error: problem });
    };
    if (documents.peek(image)) show();
    else desk.close();
    const stops = [
      documents.onRead((read) => read === image && show()),
      drawings.onEvent((event) => {
        if (event.kind === "settled" && event.image === image) show();
        if (event.kind === "withdrawn" && event.entry.image === image) show();
        if (event.kind !== "refused") return;
        documents.stale([event.entry.image], [image]);
        toasts.say(`Not saved: ${event.error.message}`, { tone: "bad", hint: event.error.hint });
      }),
    ];
    documents.want(image);
    return () => stops.forEach((stop) => stop());
  }, [desk, image]);

  useEffect(() => {
    const own = new Set<number>();
    const open = image === null ? [] : [image];
    const stops = [
      drawings.onEvent((event) => event.kind === "saved" && own.add(event.seq)),
      labelled.on((images) =>
        documents.stale(
          images.map(({ id }) => id),
          open,
        ),
      ),
      hub.onEvent(({ kind, data }) => {
        if (kind === "reset") documents.stale(null, open);
        if (kind !== "objects" || data.project !== desk.project) return;
        const touched = Array.isArray(data.images) ? (data.images as number[]) : null;
        setTimeout(() => {
          if (typeof data.seq !== "number" || !own.has(data.seq)) documents.stale(touched, open);
        }, OWN_MS);
      }),
      hub.onLink(() => {
        if (hub.link() === "live" && image !== null && documents.errorOf(image) !== null) documents.want(image);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [desk, image]);

  return {
    error: error?.image === image ? error.error : null,
    retry: () => image !== null && documents.want(image),
  };
}
