import { describe, expect, it } from "vitest";
import { Loader, type Options, type Outcome, type Ports } from "./loader";

/** A network that answers when told to. */
class FakeNetwork implements Ports {
  readonly asked: string[] = [];
  readonly aborted: string[] = [];
  readonly freed: string[] = [];
  private readonly open = new Map<string, { ok: (blob: Blob) => void; no: (error: Error) => void }>();
  private timers: (() => void)[] = [];

  load = (url: string, signal: AbortSignal): Promise<Blob> => {
    this.asked.push(url);
    return new Promise((ok, no) => {
      this.open.set(url, { ok, no });
      signal.addEventListener("abort", () => {
        this.aborted.push(url);
        no(new Error("aborted"));
      });
    });
  };
  show = () => `blob:${this.asked.length}`;
  free = (src: string) => void this.freed.push(src);
  after = (_ms: number, run: () => void) => {
    this.timers.push(run);
    return () => void (this.timers = this.timers.filter((other) => other !== run));
  };
  pass() {
    for (const run of this.timers.splice(0)) run();
  }
  async answer(url: string) {
    this.open.get(url)?.ok(new Blob());
    await settled();
  }
  async refuse(url: string) {
    this.open.get(url)?.no(new Error("500"));
    await settled();
  }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

const make = (options: Options = {}) => {
  const net = new FakeNetwork();
  return { net, loader: new Loader(options, net) };
};
const ignore = () => undefined;

describe("Loader", () => {
  it("serves the newest wish first, few at a time", async () => {
    const { net, loader } = make({ inFlight: 2 });
    for (const url of ["a", "b", "c", "d"]) loader.want(url, ignore);
    expect(net.asked).toEqual(["a", "b"]);
    await net.answer("a");
    expect(net.asked).toEqual(["a", "b", "d"]);
    expect(loader.requestsInFlight).toBe(2);
  });

  it("forgets a waiting wish that is taken back, and asks for nothing", () => {
    const { net, loader } = make({ inFlight: 1 });
    loader.want("a", ignore);
    loader.want("b", ignore)();
    expect(loader.waiting).toBe(0);
    expect(net.asked).toEqual(["a"]);
  });

  it("aborts a request whose tile left, and serves the next", async () => {
    const { net, loader } = make({ inFlight: 1 });
    const leave = loader.want("a", ignore);
    loader.want("b", ignore);
    leave();
    await settled();
    expect(net.aborted).toEqual(["a"]);
    expect(net.asked).toEqual(["a", "b"]);
  });

  it("keeps a request that another tile still wants", () => {
    const { net, loader } = make();
    const leave = loader.want("a", ignore);
    loader.want("a", ignore);
    leave();
    expect(net.aborted).toEqual([]);
  });

  it("answers at once from what it kept", async () => {
    const { net, loader } = make();
    loader.want("a", ignore);
    await net.answer("a");
    const seen: Outcome[] = [];
    loader.want("a", (outcome) => seen.push(outcome));
    expect(seen.map((outcome) => outcome.kind)).toEqual(["shown"]);
    expect(net.asked).toEqual(["a"]);
  });

  it("frees the longest unused, never what is on screen", async () => {
    const { net, loader } = make({ keep: 1 });
    const leaveA = loader.want("a", ignore);
    await net.answer("a");
    loader.want("b", ignore);
    await net.answer("b");
    expect(net.freed).toEqual([]);
    leaveA();
    loader.want("c", ignore);
    await net.answer("c");
    expect(net.freed).toHaveLength(1);
    expect(loader.peek("a")).toBeUndefined();
    expect(loader.peek("b")).toBeDefined();
  });

  it("asks for nothing that flies past", () => {
    const { net, loader } = make();
    loader.setFlying(true);
    const leave = loader.want("a", ignore);
    leave();
    net.pass();
    expect(net.asked).toEqual([]);
  });

  it("asks for what stays after the flight", () => {
    const { net, loader } = make();
    loader.setFlying(true);
    loader.want("a", ignore);
    expect(net.asked).toEqual([]);
    net.pass();
    expect(net.asked).toEqual(["a"]);
  });

  it("tries twice and then tells of the failure", async () => {
    const { net, loader } = make();
    const seen: Outcome[] = [];
    loader.want("a", (outcome) => seen.push(outcome));
    await net.refuse("a");
    expect(seen).toEqual([]);
    await net.refuse("a");
    expect(seen.map((outcome) => outcome.kind)).toEqual(["failed"]);
    expect(net.asked).toEqual(["a", "a"]);
  });
});
