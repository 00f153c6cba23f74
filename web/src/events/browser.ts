import { KINDS, type HubPorts, type Message, type Told } from "./hub";

const RETRY_MS = 3000;

/** Opens an EventSource that comes back by itself, also after an answer that makes the browser give up. */
const open: HubPorts["open"] = (url, hear, link) => {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let broken = false;
  const connect = () => {
    source = new EventSource(url, { withCredentials: true });
    source.onopen = () => {
      link("live");
      // What happened between two connections of ours may have been missed.
      if (broken) hear({ kind: "reset", data: {} });
      broken = false;
    };
    source.onerror = () => {
      broken = true;
      link("away");
      if (source?.readyState === EventSource.CLOSED) {
        clearTimeout(timer);
        timer = setTimeout(connect, RETRY_MS);
      }
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        const told = parse(kind, event as MessageEvent<string>);
        if (told) hear(told);
      });
    }
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
};

function parse(kind: Told["kind"], event: MessageEvent<string>): Told | null {
  try {
    const data: unknown = JSON.parse(event.data);
    return typeof data === "object" && data !== null ? { kind, data: data as Told["data"] } : null;
  } catch {
    return null;
  }
}

const channel: HubPorts["channel"] = (hear) => {
  if (typeof BroadcastChannel === "undefined") return { send: () => undefined, close: () => undefined };
  const wire = new BroadcastChannel("sightline-events");
  wire.onmessage = (event: MessageEvent<Message>) => hear(event.data);
  return { send: (message) => wire.postMessage(message), close: () => wire.close() };
};

/** Without locks (a page that is not from this machine, over plain HTTP) every tab leads itself. */
const lead: HubPorts["lead"] = (start) => {
  const locks = (navigator as Partial<Navigator>).locks;
  if (!locks) {
    start();
    return () => undefined;
  }
  const leave = new AbortController();
  let resign: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    resign = resolve;
  });
  locks
    .request("sightline-events", { signal: leave.signal }, async () => {
      start();
      await held;
    })
    .catch(() => undefined);
  return () => {
    leave.abort();
    resign();
  };
};

export const browserHub: HubPorts = { open, channel, lead };
