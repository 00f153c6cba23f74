import { describe, expect, it } from "vitest";
import { LONGEST_MS, waitMs } from "./backoff";
import { closing } from "./closing";
import { parse, type Telling } from "./messages";
import { NarrationSocket, type SocketPorts, type Wire, type WireEvents } from "./socket";

const WISH = { engine: "auto", lang: "en", everyS: 10, frameRate: 1 };

/** A server that keeps what was told, and connections that a test opens and breaks. */
class FakeServer {
  readonly heard: unknown[] = [];
  readonly timers: { ms: number; call: () => void }[] = [];
  connections = 0;
  waiting = 0;
  private events: WireEvents | null = null;

  readonly ports: SocketPorts = {
    connect: (events) => {
      this.connections += 1;
      this.events = events;
      const wire: Wire = {
        send: (data) => this.heard.push(typeof data === "string" ? JSON.parse(data) : data),
        close: () => undefined,
        waiting: () => this.waiting,
      };
      return wire;
    },
    later: (ms, call) => {
      const timer = { ms, call };
      this.timers.push(timer);
      return () => {
        if (this.timers.includes(timer)) this.timers.splice(this.timers.indexOf(timer), 1);
      };
    },
    random: () => 0.5,
  };

  open(): void {
    this.events?.open();
  }

  tell(message: unknown): void {
    this.events?.message(typeof message === "string" ? message : JSON.stringify(message));
  }

  text(id: number): void {
    this.tell({ id, text: `text ${id}` });
  }

  close(code: number, reason = ""): void {
    this.events?.closed(code, reason);
  }

  /** Lets the shortest timer run out. */
  wait(): number {
    const next = this.timers.sort((a, b) => a.ms - b.ms).shift();
    next?.call();
    return next?.ms ?? -1;
  }
}

function started(lastSeen: number | null = null) {
  const server = new FakeServer();
  const socket = new NarrationSocket(server.ports, "m1", WISH, lastSeen);
  const told: Telling[] = [];
  socket.tellings.on((telling) => told.push(telling));
  socket.start();
  return { server, socket, told, ids: () => told.map(({ id }) => id) };
}

describe("the narration's socket", () => {
  it("says what it wants as soon as it is open, and is live once it hears something", () => {
    const { server, socket } = started();
    expect(socket.link.get().at).toBe("connecting");
    server.open();
    expect(server.heard).toEqual([
      { type: "open", media_id: "m1", last_seen: null, engine: "auto", lang: "en", every_s: 10, frame_rate: 1 },
    ]);
    server.tell({ type: "state", state: "running" });
    expect(socket.link.get().at).toBe("live");
    expect(socket.standing.get()?.state).toBe("running");
  });

  it("names the last text after a break and tells none twice", () => {
    const { server, ids } = started();
    server.open();
    server.text(1);
    server.text(2);
    server.close(1006);
    server.wait();
    server.open();
    expect(server.heard.at(-1)).toMatchObject({ last_seen: 2 });
    server.text(2);
    server.text(3);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it("loses and doubles nothing over fifty breaks", () => {
    const { server, ids } = started();
    let made = 0;
    for (let i = 0; i < 50; i += 1) {
      server.open();
      const { last_seen } = server.heard.at(-1) as { last_seen: number | null };
      made += 3;
      // The server repeats one that was on its way when the connection broke.
      for (let id = Math.max(1, last_seen ?? 0); id <= made; id += 1) server.text(id);
      server.close(1006);
      server.wait();
    }
    expect(ids()).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
  });

  it("waits twice as long after each attempt, and from the start again once it heard a text", () => {
    const { server } = started();
    const waits: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      server.close(1006);
      waits.push(server.wait());
    }
    expect(waits).toEqual([375, 750, 1500, 3000]);
    server.open();
    server.text(1);
    server.close(1006);
    expect(server.wait()).toBe(375);
  });

  it("does not hurry to a server that takes it and fails at once", () => {
    const { server } = started();
    const waits: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      server.open();
      server.tell({ type: "state", state: "starting" });
      server.close(1011);
      waits.push(server.wait());
    }
    expect(waits).toEqual([375, 750, 1500]);
  });

  it.each([4400, 4401, 4403, 4404, 4409, 4415, 4500, 4502, 4507])("does not come back after %d", (code) => {
    const { server, socket } = started();
    server.open();
    server.close(code, "because");
    expect(socket.link.get()).toMatchObject({ at: "stopped", why: { title: "because" } });
    expect(server.timers).toEqual([]);
    expect(server.connections).toBe(1);
  });

  it("begins again when a person says so, with another engine", () => {
    const { server, socket, ids } = started();
    server.open();
    server.text(1);
    server.close(4500);
    socket.change({ engine: "template:other" });
    socket.start();
    server.open();
    expect(server.heard.at(-1)).toMatchObject({ type: "open", engine: "template:other", last_seen: 1 });
    server.text(2);
    expect(ids()).toEqual([1, 2]);
  });

  it("waits longer where the server is full", () => {
    const { server, socket } = started();
    server.open();
    server.close(4429);
    expect(socket.link.get()).toMatchObject({ at: "waiting", ms: 3000 });
  });

  it("says what the server said before it closed, with the next step", () => {
    const { server, socket } = started();
    server.open();
    server.tell({ type: "error", code: "x", message: "the model is torn", hint: "add it again" });
    server.close(4500, "the model is to");
    expect(socket.link.get()).toMatchObject({ why: { title: "the model is torn", hint: "add it again" } });
  });

  it("is done when the server closes at the end, and after the summary that was asked for", () => {
    const { server, socket, ids } = started();
    server.open();
    socket.conclude();
    expect(server.heard.at(-1)).toEqual({ type: "stop" });
    server.tell({ id: 1, text: "In all: 2 cars.", kind: "summary" });
    server.tell({ type: "end", state: "done", error: null });
    server.close(1000, "done");
    expect(ids()).toEqual([1]);
    expect(socket.link.get().at).toBe("done");
    expect(server.timers).toEqual([]);
  });

  it("begins anew where the texts it knew are gone, and counts those it missed", () => {
    const { server, socket, ids } = started(40);
    server.open();
    server.tell({ type: "state", state: "running", reset: true });
    server.text(1);
    expect(ids()).toEqual([1]);
    server.tell({ type: "skipped", texts: 3 });
    server.tell({ type: "state", state: "running", missed: 2 });
    expect(socket.missed.get()).toBe(5);
  });

  it("takes a silent connection for a dead one", () => {
    const { server, socket } = started();
    server.open();
    server.text(1);
    expect(server.wait()).toBe(40_000);
    expect(socket.link.get().at).toBe("waiting");
    server.wait();
    expect(server.connections).toBe(2);
  });

  it("leaves out frames that the connection is too slow for, and counts them", () => {
    const { server, socket } = started();
    const frame = new ArrayBuffer(4);
    expect(socket.sendFrame(frame)).toBe(false);
    expect(socket.held.get()).toBe(0);
    server.open();
    expect(socket.sendFrame(frame)).toBe(true);
    server.waiting = 1e6;
    expect(socket.sendFrame(frame)).toBe(false);
    expect(socket.held.get()).toBe(1);
    expect(server.heard.at(-1)).toBe(frame);
  });

  it("ends what is paused, too, and sends no frame meanwhile", () => {
    const { server, socket } = started();
    server.open();
    server.tell({ type: "state", state: "paused", viewers: 1 });
    socket.pause(true);
    expect(socket.conclude()).toBe(true);
    expect(server.heard.at(-1)).toEqual({ type: "stop" });
    expect(socket.paused.get()).toBe(false);
    expect(socket.takesFrames()).toBe(false);
    server.close(1006);
    server.wait();
    server.open();
    expect(server.heard.at(-1)).toEqual({ type: "stop" });
    server.close(1000);
    expect(socket.link.get().at).toBe("done");
  });

  it("asks for no end where nobody hears it, and none of what others watch", () => {
    const { server, socket } = started();
    expect(socket.conclude()).toBe(false);
    server.open();
    server.tell({ type: "state", state: "running", viewers: 2 });
    expect(socket.conclude()).toBe(false);
    server.tell({ type: "state", state: "running", viewers: 1 });
    expect(socket.conclude()).toBe(true);
    server.close(4500);
    socket.start();
    expect(socket.ending.get()).toBe(false);
  });

  it("sends no frame while it is paused, and stays paused over a break", () => {
    const { server, socket } = started();
    server.open();
    socket.pause(true);
    expect(server.heard.at(-1)).toEqual({ type: "pause" });
    expect(socket.sendFrame(new ArrayBuffer(4))).toBe(false);
    expect(socket.held.get()).toBe(0);
    server.close(1006);
    server.wait();
    server.open();
    expect(server.heard.at(-1)).toEqual({ type: "pause" });
    socket.pause(false);
    expect(server.heard.at(-1)).toEqual({ type: "resume" });
  });

  it("keeps a changed wish over a break", () => {
    const { server, socket } = started();
    server.open();
    socket.change({ lang: "hu", everyS: 0 });
    expect(server.heard.at(-1)).toMatchObject({ type: "set", lang: "hu", every_s: 0, engine: "auto" });
    server.close(1006);
    server.wait();
    server.open();
    expect(server.heard.at(-1)).toMatchObject({ media_id: "m1", lang: "hu" });
  });

  it("is quiet for good once it was stopped", () => {
    const { server, socket, ids } = started();
    server.open();
    socket.stop();
    server.text(1);
    server.close(1006);
    expect(ids()).toEqual([]);
    expect(server.timers).toEqual([]);
  });

  it("passes over what it does not understand", () => {
    const { server, ids } = started();
    server.open();
    for (const odd of ["no json", "[1]", '{"id":"x","text":"y"}', '{"id":1}', '{"type":"news"}']) server.tell(odd);
    server.text(7);
    expect(ids()).toEqual([7]);
  });
});

describe("a message", () => {
  it("is read whole, and boxes that are none are left out", () => {
    const heard = parse(
      JSON.stringify({
        id: 3,
        timestamp: "2026-01-02T03:04:05Z",
        text: "Two cars.",
        confidence: 0.87,
        overlay_url: "/o/3.png",
        boxes: [
          { name: "car", score: 0.9, box: [1, 2, 3, 4], track: 5 },
          { name: "bus", box: [1, 2, 3] },
        ],
        time_s: 1.5,
        kind: "summary",
        lang: "en",
        asked_lang: "xx",
        notes: ["xx is not known"],
      }),
    );
    expect(heard).toMatchObject({
      type: "telling",
      telling: {
        kind: "summary",
        boxes: [{ name: "car", track: 5, box: [1, 2, 3, 4] }],
        notes: ["xx is not known"],
        askedLang: "xx",
        dropped: 0,
      },
    });
  });
});

describe("waiting", () => {
  it("is never longer than the limit, and half of it is certain", () => {
    expect(waitMs(1, () => 0)).toBe(250);
    expect(waitMs(60, () => 1)).toBe(LONGEST_MS);
    expect(waitMs(0, () => 1)).toBe(500);
  });

  it("is told in the server's words where it has some", () => {
    expect(closing(4500, "the model is torn").title).toBe("the model is torn");
    expect(closing(4500).title).toBe("The engine failed.");
    expect(closing(4500, "torn").model).toBe(true);
    expect(closing(4404, "it was erased").model).toBeUndefined();
    expect(closing(1006).then).toBe("retry");
    // A page that slept comes back by itself; what the server tells programs is no news to a person.
    expect(closing(4408, "messages are not read").then).toBe("retry");
    expect(closing(4408, "messages are not read").title).toBe("This page was too busy to listen.");
  });
});
