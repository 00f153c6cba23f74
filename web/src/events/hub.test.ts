import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import { makesStale } from "./effects";
import { EventHub, type HubPorts, type Link, type Message, type Told } from "./hub";

/** Two tabs of one browser: the first to ask leads. */
class FakeBrowser {
  streams = 0;
  readonly urls: string[] = [];
  hear: (told: Told) => void = () => undefined;
  link: (link: Link) => void = () => undefined;
  private readonly wires = new Set<(message: Message) => void>();
  private readonly waiting: (() => void)[] = [];
  private led = false;

  tab(): HubPorts {
    return {
      open: (url, hear, link) => {
        this.streams += 1;
        this.urls.push(url);
        this.hear = hear;
        this.link = link;
        return () => void (this.streams -= 1);
      },
      channel: (hear) => {
        this.wires.add(hear);
        return {
          send: (message) => this.wires.forEach((wire) => wire !== hear && wire(message)),
          close: () => void this.wires.delete(hear),
        };
      },
      lead: (start) => {
        if (this.led) this.waiting.push(start);
        else {
          this.led = true;
          start();
        }
        return () => this.waiting.shift()?.();
      },
    };
  }
}

const job: Told = { kind: "job", data: { id: "3", state: "running" } };

describe("EventHub", () => {
  it("opens one stream for two tabs, and both hear", () => {
    const browser = new FakeBrowser();
    const heard: string[] = [];
    const [first, second] = [new EventHub("/e", browser.tab()), new EventHub("/e", browser.tab())];
    first.onEvent(() => heard.push("first"));
    second.onEvent(() => heard.push("second"));
    first.start();
    second.start();
    browser.hear(job);
    expect(browser.streams).toBe(1);
    expect(heard.sort()).toEqual(["first", "second"]);
  });

  it("tells a tab that comes later how the link is", () => {
    const browser = new FakeBrowser();
    const first = new EventHub("/e", browser.tab());
    first.start();
    browser.link("live");
    const second = new EventHub("/e", browser.tab());
    second.start();
    expect(second.link()).toBe("live");
  });

  it("hears what happened since the page was served, and nothing twice once another tab has heard it", () => {
    const browser = new FakeBrowser();
    const stop = new EventHub("/e", browser.tab(), "7").start();
    new EventHub("/e", browser.tab(), "9").start();
    browser.link("live");
    stop();
    expect(browser.urls).toEqual(["/e?last_event_id=7", "/e"]);
  });

  it("hands the stream on when the leader closes", () => {
    const browser = new FakeBrowser();
    const stop = new EventHub("/e", browser.tab()).start();
    new EventHub("/e", browser.tab()).start();
    stop();
    expect(browser.streams).toBe(1);
  });
});

describe("makesStale", () => {
  it("reloads a project's classes and journal after labels", () => {
    const stale = makesStale({ kind: "labels", data: { project: "p", seq: 1, images: [1] } });
    expect(stale).toContainEqual(keys.classes("p"));
    expect(stale).toContainEqual(keys.journal("p"));
  });
  it("reloads what is drawn after objects", () => {
    const stale = makesStale({ kind: "objects", data: { project: "p", seq: 1, images: [1] } });
    expect(stale).toContainEqual(keys.objects("p"));
    expect(stale).toContainEqual(keys.drawn);
  });
  it("reloads everything after a gap, and nothing for progress", () => {
    expect(makesStale({ kind: "reset", data: {} })).toEqual([[]]);
    expect(makesStale({ kind: "progress", data: { job: 1 } })).toEqual([]);
  });
});
