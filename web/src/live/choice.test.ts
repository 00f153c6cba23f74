import { describe, expect, it } from "vitest";
import { readChoice } from "./choice";
import { Frames } from "./frames";

describe("how a person likes to watch", () => {
  it("is read as it was kept, with the usual where it makes no sense", () => {
    const kept = { engine: "template:mine", everyS: 0, frameRate: -1, opacity: 7, retention: "for ever", voice: true };
    expect(readChoice(JSON.stringify(kept), ["de-AT"])).toMatchObject({
      engine: "template:mine",
      everyS: 0,
      frameRate: 5,
      opacity: 0.6,
      retention: "hours",
      voice: true,
      lang: "de",
    });
  });

  it("begins with a language that is written here, whatever was kept", () => {
    expect(readChoice(null, ["fi", "hu-HU", "en"]).lang).toBe("hu");
    expect(readChoice("no json", ["fi"]).lang).toBe("en");
    expect(readChoice("null").quality).toBe("medium");
  });
});

describe("frames", () => {
  it("are taken one after the other, at the pace that was asked for less what a frame took", async () => {
    let now = 0;
    const waits: number[] = [];
    let call: () => void = () => undefined;
    let sent = 0;
    const frames = new Frames(
      {
        now: () => now,
        later: (ms, next) => {
          waits.push(ms);
          call = next;
          return () => undefined;
        },
        grab: () => {
          now += 30;
          return sent === 1 ? Promise.reject(new Error("no frame")) : Promise.resolve(new ArrayBuffer(1));
        },
        send: () => (sent += 1) > 0,
      },
      100,
    );
    frames.start();
    frames.start();
    const step = async () => {
      call();
      await new Promise((resolve) => setTimeout(resolve));
    };
    await step();
    await step();
    frames.pace(50);
    await step();
    expect(waits).toEqual([0, 70, 70, 0]);
    frames.stop();
    await step();
    expect(waits).toHaveLength(4);
    expect(sent).toBe(1);
  });
});
