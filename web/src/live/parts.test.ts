import { describe, expect, it } from "vitest";
import { sentSize, troubleOf } from "./camera";
import { readConsent, VERSION, whereIs } from "./consent";
import { added, clock, figures, MOST_TEXTS, notesOf, sayingAt } from "./history";
import { watching } from "./keys";
import { parse, type Telling } from "./messages";
import { Paced } from "./paced";
import { colourOf, contained, placed } from "./place";
import { between, fresh, moved, resized, spoken } from "./regions";
import { Voice, voiceFor } from "./voice";

function telling(id: number, more: Record<string, unknown> = {}): Telling {
  const heard = parse(JSON.stringify({ id, text: `text ${id}`, ...more }));
  if (heard?.type !== "telling") throw new Error("no telling");
  return heard.telling;
}

describe("consent", () => {
  it("counts only for what is told today", () => {
    const given = { version: VERSION, at: "2026-01-02T03:04:05Z" };
    expect(readConsent(JSON.stringify(given))).toEqual(given);
    for (const odd of [null, "", "{}", "7", "no json", JSON.stringify({ ...given, version: VERSION - 1 })]) {
      expect(readConsent(odd)).toBeNull();
    }
  });

  it.each([
    ["127.0.0.1", "here"],
    ["localhost", "here"],
    ["[::1]", "here"],
    ["127.0.0.1.example.com", "there"],
    ["10.0.0.7", "there"],
  ])("knows where %s is", (host, where) => expect(whereIs(host)).toBe(where));
});

describe("what was said", () => {
  it("is kept in order, each once, and not without end", () => {
    let list: readonly Telling[] = [];
    for (let id = 1; id <= MOST_TEXTS + 5; id += 1) list = added(list, telling(id));
    expect(list).toHaveLength(MOST_TEXTS);
    expect(list[0]?.id).toBe(6);
    expect(added(list, telling(7))).toBe(list);
  });

  it("belongs to a time of the clip until the next text; the summary belongs to none", () => {
    const list = [telling(1, { time_s: 0 }), telling(2, { time_s: 4 }), telling(3, { time_s: 9, kind: "summary" })];
    expect([0, 3.9, 4, 99].map((at) => sayingAt(list, at)?.id)).toEqual([1, 1, 2, 2]);
    expect(sayingAt([], 1)).toBeNull();
  });

  it("has figures: the middle latency, what was dropped, notes once", () => {
    const list = [5, 900, 7].map((ms, i) => telling(i + 1, { latency_ms: ms, dropped: i, notes: ["a note"] }));
    expect(figures(list)).toEqual({ latencyMs: 7, dropped: 2, texts: 3 });
    expect(figures([])).toEqual({ latencyMs: null, dropped: 0, texts: 0 });
    expect(notesOf(list, ["first"])).toEqual(["first", "a note"]);
  });

  it("is told with a clock", () => expect([0, 67, 3723, -1].map(clock)).toEqual(["0:00", "1:07", "1:02:03", "0:00"]));
});

describe("the region to cover", () => {
  it("is what lies between two corners, inside the picture", () => {
    expect(between(0.8, 0.9, 0.2, -3)).toEqual([0.2, 0, 0.8, 0.9]);
    expect(between(0.5, 0.5, 0.505, 0.9)).toBeNull();
  });

  it("stays inside when it is moved or drawn larger", () => {
    expect(moved([0.2, 0.2, 0.4, 0.6], 9, -9)).toEqual([0.8, 0, 1, 0.4]);
    expect(resized([0.2, 0.2, 0.4, 0.6], 9, -9)).toEqual([0.2, 0.2, 1, 0.21]);
    expect(new Set([0, 1, 2].map((at) => fresh(at).join())).size).toBe(3);
  });

  it("is told in words", () =>
    expect(spoken([0.1, 0.2, 0.5, 0.7])).toBe("left 10 %, top 20 %, width 40 %, height 50 %"));
});

describe("a box", () => {
  it("is drawn where the picture lies in its frame", () => {
    const place = contained({ width: 200, height: 100 }, { width: 400, height: 400 });
    expect(place).toEqual({ left: 0, top: 100, width: 400, height: 200 });
    const box = { name: "car", score: 1, track: 0, box: [50, 25, 100, 75] as const };
    expect(placed(box, { width: 200, height: 100 }, place)).toEqual({ left: 100, top: 50, width: 100, height: 100 });
    expect(contained({ width: 0, height: 0 }, place).width).toBe(0);
  });

  it("has the colour of its class in every frame", () => expect(colourOf("car")).toBe(colourOf("car")));
});

class Timers {
  private call: (() => void) | null = null;
  readonly later = (_ms: number, call: () => void) => {
    this.call = call;
    return () => (this.call = null);
  };
  run(): void {
    this.call?.();
  }
}

describe("what is read out", () => {
  it("is the newest, at the pace of ears", () => {
    const said: string[] = [];
    const timers = new Timers();
    const paced = new Paced((text: string) => said.push(text), 6000, timers.later);
    for (const text of ["a", "b", "c"]) paced.add(text);
    timers.run();
    timers.run();
    paced.add("d");
    paced.add("e");
    paced.stop();
    timers.run();
    expect(said).toEqual(["a", "c", "d"]);
  });

  it("is spoken to its end, then the newest; nothing once it is turned off", () => {
    const said: string[] = [];
    const ends: (() => void)[] = [];
    let cancelled = 0;
    const voice = new Voice({
      speak: (text, _lang, ended) => {
        said.push(text);
        ends.push(ended);
      },
      cancel: () => (cancelled += 1),
    });
    voice.say("before", "en");
    voice.turn(true);
    for (const text of ["a", "b", "c"]) voice.say(text, "en");
    ends.shift()?.();
    voice.say("d", "en");
    voice.turn(false);
    ends.shift()?.();
    expect(said).toEqual(["a", "c"]);
    expect(cancelled).toBe(1);
  });

  it("has the voice of this machine before one of a service", () => {
    const voices = [
      { lang: "en-US", localService: true, default: true, name: "en" },
      { lang: "de-DE", localService: false, default: true, name: "far" },
      { lang: "de_AT", localService: true, default: false, name: "near" },
    ];
    expect(voiceFor(voices, "de")?.name).toBe("near");
    expect(voiceFor(voices, "hu")).toBeNull();
  });
});

describe("the camera", () => {
  it("is sent no larger than is wanted, in its shape", () => {
    expect(sentSize({ width: 1280, height: 720 }, 640)).toEqual({ width: 640, height: 360 });
    expect(sentSize({ width: 100, height: 50 }, 640)).toEqual({ width: 100, height: 50 });
  });

  it("says what is wrong, and what to do", () => {
    expect(troubleOf(new DOMException("no", "NotAllowedError")).title).toMatch("may not use");
    expect(troubleOf(new DOMException("no", "NotFoundError")).title).toBe("There is no camera.");
    expect(troubleOf(new Error("odd")).hint).toBe("odd");
  });
});

describe("keys", () => {
  const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  it("are single letters, and those with Ctrl are the browser's", () => {
    expect(watching({ ...plain, key: "P" })).toBe("pause");
    expect(watching({ ...plain, key: "p", ctrlKey: true })).toBeNull();
    expect(watching({ ...plain, key: "q" })).toBeNull();
  });
});
