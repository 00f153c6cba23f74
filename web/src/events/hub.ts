/**
 * One stream of events per browser.
 *
 * HTTP/1.1 gives a page six connections, shared by all its tabs, so only one tab (the leader, by a lock that the
 * browser hands on when it closes) opens the stream; it passes what it hears to the others.
 */
export const KINDS = [
  "labels",
  "objects",
  "suggestions",
  "classes",
  "project",
  "head",
  "job",
  "run",
  "model",
  "ingest",
  "progress",
  "metric",
  "load",
  "hello",
  "reset",
] as const;

export type Kind = (typeof KINDS)[number];

export interface Told {
  readonly kind: Kind;
  readonly data: Record<string, unknown>;
}

/** `live`: events arrive. `away`: the server is not reached, what is shown may be old. */
export type Link = "connecting" | "live" | "away";

export type Message =
  | { readonly type: "told"; readonly told: Told }
  | { readonly type: "link"; readonly link: Link }
  | { readonly type: "ask" };

/** What the hub needs from a browser; EventSource, BroadcastChannel and navigator.locks behind one door each. */
export interface HubPorts {
  open: (url: string, hear: (told: Told) => void, link: (link: Link) => void) => () => void;
  channel: (hear: (message: Message) => void) => { send: (message: Message) => void; close: () => void };
  /** Calls `lead` once this tab is the leader; the function returned resigns. */
  lead: (lead: () => void) => () => void;
}

/** Where a stream goes on from, if that is known. */
const from = (url: string, last: string): string => (last === "" ? url : `${url}?last_event_id=${last}`);

export class EventHub {
  private readonly listeners = new Set<(told: Told) => void>();
  private readonly linkListeners = new Set<() => void>();
  private readonly stops: (() => void)[] = [];
  private channel: ReturnType<HubPorts["channel"]> | null = null;
  private leading = false;
  private state: Link = "connecting";

  constructor(
    private readonly url: string,
    private readonly ports: HubPorts,
    /** The newest event as the page was served: what came after it, the first reading may not show. */
    private readonly last = "",
  ) {}

  start(): () => void {
    const channel = this.ports.channel((message) => this.receive(message));
    this.channel = channel;
    this.stops.push(() => channel.close());
    channel.send({ type: "ask" });
    this.stops.push(
      this.ports.lead(() => {
        this.leading = true;
        // Another tab led before: what was told between its end and our start is lost.
        const first = this.state === "connecting";
        if (!first) this.tell({ kind: "reset", data: {} });
        this.stops.push(
          this.ports.open(
            first ? from(this.url, this.last) : this.url,
            (told) => {
              channel.send({ type: "told", told });
              this.tell(told);
            },
            (link) => {
              channel.send({ type: "link", link });
              this.setLink(link);
            },
          ),
        );
      }),
    );
    return () => {
      this.leading = false;
      for (const stop of this.stops.splice(0)) stop();
    };
  }

  readonly onEvent = (listener: (told: Told) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly onLink = (listener: () => void): (() => void) => {
    this.linkListeners.add(listener);
    return () => this.linkListeners.delete(listener);
  };

  readonly link = (): Link => this.state;

  private receive(message: Message): void {
    if (message.type === "told") this.tell(message.told);
    else if (message.type === "link") this.setLink(message.link);
    else if (this.leading) this.channel?.send({ type: "link", link: this.state });
  }

  private tell(told: Told): void {
    for (const listener of this.listeners) listener(told);
  }

  private setLink(link: Link): void {
    if (this.state === link) return;
    this.state = link;
    for (const listener of this.linkListeners) listener();
  }
}
