import { describe, expect, it } from "vitest";
import {
  drawnAs,
  focusAfter,
  ghostsOf,
  missingClasses,
  shownGhosts,
  stepFrom,
  withClasses,
  type Ghost,
} from "./ghosts";

const ghost = (uid: string, score: number, label = "car", class_id: number | null = 1): Ghost => ({
  uid,
  kind: "box",
  geometry: [0, 0, 10, 10],
  label,
  class_id,
  score,
  source: "engine:yolox",
});
const three = [ghost("a", 0.9), ghost("b", 0.6), ghost("c", 0.3)];

describe("ghosts", () => {
  it("come surest first, whoever says it", () => {
    const said = [
      { source: "engine:a", objects: [ghost("x", 0.4), ghost("y", 0.4)] },
      { source: "engine:b", objects: [ghost("z", 0.7)] },
    ];
    expect(ghostsOf(said).map(({ uid, source }) => [uid, source])).toEqual([
      ["z", "engine:b"],
      ["x", "engine:a"],
      ["y", "engine:a"],
    ]);
  });

  it("are shown from the threshold on, and no longer once they are objects", () => {
    expect(shownGhosts(three, new Set(["a"]), 0.5).map(({ uid }) => uid)).toEqual(["b"]);
  });

  it("hand the focus to the next one, the last to the one before", () => {
    expect(focusAfter(three, "a")).toBe("b");
    expect(focusAfter(three, "c")).toBe("b");
    expect(focusAfter([ghost("a", 1)], "a")).toBeNull();
  });

  it("are walked through round and round", () => {
    expect(stepFrom(three, null, 1)).toBe("a");
    expect(stepFrom(three, null, -1)).toBe("c");
    expect(stepFrom(three, "c", 1)).toBe("a");
    expect(stepFrom([], "c", 1)).toBeNull();
  });

  it("get the classes that are made for them", () => {
    const bus = [ghost("a", 1, "bus", null), ghost("b", 1, "bus", null), ghost("c", 1)];
    expect(missingClasses(bus)).toEqual(["bus"]);
    expect(withClasses(bus, new Map([["bus", 7]])).map(({ class_id }) => class_id)).toEqual([7, 7, 1]);
    expect(drawnAs(ghost("a", 0.5)).score).toBe(0.5);
  });
});
