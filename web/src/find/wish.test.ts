import { describe, expect, it } from "vitest";
import type { TextDetector } from "./calls";
import { engineOf, leastOf, questionOf, readWish, TILE_PX, toldOf, whyNot } from "./wish";

const engine = (name: string, more: Partial<TextDetector> = {}): TextDetector => ({
  name,
  id: name,
  description: "",
  usual_score: 0.2,
  masks: false,
  ready: true,
  why: "",
  ...more,
});
const empty = readWish(null);
const cat = { ...empty, text: "a cat" };

describe("a wish in words", () => {
  it("is read back from the browser, whatever lies there", () => {
    const full = { ...cat, engine: "owl", least: 0.4, segmenter: "auto", form: "polygon", small: true, create: true };
    expect(readWish(JSON.stringify(full))).toEqual(full);
    for (const bad of ["", "nonsense", "[]", '{"least": 7, "text": 3, "form": "circle", "small": "yes"}'])
      expect(readWish(bad)).toEqual(empty);
  });

  it("goes to the chosen engine, or to the first that is ready", () => {
    const all = [engine("a", { ready: false, why: "gone" }), engine("b"), engine("c")];
    expect(engineOf(all, cat)?.name).toBe("b");
    expect(engineOf(all, { ...cat, engine: "c" })?.name).toBe("c");
    expect(engineOf(all, { ...cat, engine: "away" })?.name).toBe("b");
    expect(engineOf([], cat)).toBeUndefined();
  });

  it("says why it cannot be asked yet", () => {
    expect(whyNot(undefined, cat)).toMatch("No engine");
    expect(whyNot(engine("a", { ready: false, why: "needs torch" }), cat)).toMatch("needs torch");
    expect(whyNot(engine("a"), { ...empty, text: " , " })).toMatch("Write");
    expect(whyNot(engine("a"), { ...cat, form: "polygon" })).toMatch("Polygons need");
    expect(whyNot(engine("a", { masks: true }), { ...cat, form: "polygon" })).toBe("");
    expect(whyNot(engine("a"), { ...cat, form: "polygon", segmenter: "auto" })).toBe("");
  });

  it("becomes a question with the score that is usual for the engine", () => {
    expect(leastOf(engine("a", { usual_score: 0.3 }), cat)).toBe(0.3);
    expect(questionOf(engine("a"), { ...cat, small: true, least: 0.5 })).toMatchObject({
      engine: "a",
      min_score: 0.5,
      segmenter: null,
      tile_px: TILE_PX,
    });
  });

  it("is answered in words", () => {
    expect(toldOf({ objects: 0, unknown: [] }, 0.2)).toMatch("0.20");
    expect(toldOf({ objects: 1, unknown: [] }, 0.2)).toBe("One thing found.");
    expect(toldOf({ objects: 3, unknown: ["bus"] }, 0.2)).toMatch("No class yet: bus");
  });
});
