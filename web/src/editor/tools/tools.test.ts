import { describe, expect, it } from "vitest";
import { areaOf, partsOf } from "../boolean";
import { at, box, clicks, committed, context, CLASSES, drag, numbers, object, play } from "../fakes";
import { isSet, pixelCount, rasterOf, rasterOfParts, rleOf } from "../raster";
import type { EditorObject, Shape } from "../types";
import { brushTool } from "./brush";
import { cutTool } from "./cut";
import { obbTool } from "./obb";
import { keypointsTool, pointTool } from "./points";
import { polygonTool } from "./polygon";
import type { Input } from "./tool";

const size = { width: 200, height: 100 };
const enter: Input = { kind: "finish" };
const mask = (uid: string, ring: readonly number[]): EditorObject => {
  const geometry = rleOf(rasterOfParts([[ring]], size), size);
  if (!geometry) throw new Error("no pixel");
  return object(uid, { kind: "mask", geometry });
};
const pixels = (one: Shape | undefined) => {
  if (one?.kind !== "mask") throw new Error("no mask");
  return rasterOf(one.geometry);
};
const area = (one: Shape | undefined) => areaOf((one && partsOf(one)) ?? []);

describe("obbTool", () => {
  it("takes a side by dragging, and the depth by a press", () => {
    const [commit] = committed(
      play(obbTool, context(), [...drag(20, 20, 60, 50), at("move", 40, 60), ...clicks([45, 70])]).effects,
    );
    const [cx = 0, cy = 0, w = 0, h = 0, degrees = 0] = numbers(commit?.put[0]);
    expect(w).toBeCloseTo(50);
    expect(degrees).toBeCloseTo(36.87, 1);
    // The third point lies on the far side: its distance from the first side is the height.
    expect(h).toBeCloseTo(Math.abs((45 - 20) * -0.6 + (70 - 20) * 0.8));
    expect([cx, cy].every(Number.isFinite)).toBe(true);
  });
  it("takes three presses as well, and goes a step back", () => {
    const made = committed(play(obbTool, context(), clicks([10, 10], [50, 10], [30, 40])).effects);
    expect(numbers(made[0]?.put[0])).toEqual([30, 25, 40, 30, 0]);
    const back = play(obbTool, context(), [...clicks([10, 10], [50, 10]), { kind: "back" }]);
    expect(obbTool.progress(back.state)?.points).toBe(1);
  });
  it("keeps the angle in steps with Shift", () => {
    const [commit] = committed(
      play(obbTool, context(), [...drag(10, 10, 60, 14, { shift: true }), ...clicks([20, 40])]).effects,
    );
    expect(numbers(commit?.put[0])[4]).toBe(0);
  });
  it("is nothing without depth", () => {
    expect(committed(play(obbTool, context(), clicks([10, 10], [50, 10], [30, 10])).effects)).toEqual([]);
  });
});

describe("polygonTool", () => {
  it("closes by Enter, by a press on the first point, and by a double press", () => {
    const points = clicks([10, 10], [90, 10], [50, 80]);
    const ring = [[[10, 10, 90, 10, 50, 80]]];
    for (const end of [[enter], clicks([11, 11]), [at("down", 50, 80, { clicks: 2 })]]) {
      expect(committed(play(polygonTool, context(), [...points, ...end]).effects)[0]?.put[0]?.geometry).toEqual(ring);
    }
  });
  it("takes the last point back", () => {
    const inputs = [...clicks([10, 10], [90, 10], [150, 50]), { kind: "back" } as const, ...clicks([50, 80]), enter];
    expect(committed(play(polygonTool, context(), inputs).effects)[0]?.put[0]?.geometry).toEqual([
      [[10, 10, 90, 10, 50, 80]],
    ]);
  });
  it("draws freely while the button is down", () => {
    const round = Array.from({ length: 40 }, (_, i) => {
      const angle = (i / 40) * 2 * Math.PI;
      return at("move", 100 + 40 * Math.cos(angle), 50 + 40 * Math.sin(angle));
    });
    const made = committed(play(polygonTool, context(), [at("down", 140, 50), ...round, at("up", 140, 50)]).effects);
    expect(made).toHaveLength(1);
    expect(area(made[0]?.put[0])).toBeGreaterThan(4_000);
  });
  it("untangles what crosses itself, and refuses two points", () => {
    const bow = committed(play(polygonTool, context(), [...clicks([0, 0], [60, 60], [60, 0], [0, 60]), enter]).effects);
    expect(area(bow[0]?.put[0])).toBeCloseTo(1_800);
    expect(committed(play(polygonTool, context(), [...clicks([0, 0], [60, 60]), enter]).effects)).toEqual([]);
  });
  it("cuts a hole into the selected object, or adds a part to it", () => {
    const ring = (how: "hole" | "part", target: EditorObject, ...points: readonly (readonly [number, number])[]) => {
      const on = context([target], [target.uid]);
      const set = { ...on, settings: { ...on.settings, ring: how } };
      return committed(play(polygonTool, set, [...clicks(...points), enter]).effects)[0]?.put[0];
    };
    const base = box("a", 10, 10, 60, 60);
    const holed = ring("hole", base, [20, 20], [40, 20], [40, 40], [20, 40]);
    expect(holed?.uid).toBe("a");
    expect(holed?.kind).toBe("polygon");
    expect(area(holed)).toBe(2_100);
    const apart = ring("part", base, [100, 10], [120, 10], [120, 30], [100, 30]);
    expect(apart?.kind === "polygon" && apart.geometry.length).toBe(2);
    expect(area(apart)).toBe(2_900);
    const pierced = ring("hole", mask("m", [10, 10, 60, 10, 60, 60, 10, 60]), [20, 20], [40, 20], [40, 40], [20, 40]);
    expect(pixelCount(pixels(pierced))).toBe(2_100);
  });
});

describe("brushTool", () => {
  const on = (objects: readonly EditorObject[] = [], selected: readonly string[] = [], erase = false) => {
    const plain = context(objects, selected);
    return { ...plain, settings: { ...plain.settings, brush: 20, erase } };
  };
  it("paints a new mask, and goes on painting on the selected one", () => {
    const [first] = committed(play(brushTool, on(), drag(50, 50, 90, 50)).effects);
    const painted = first?.put[0];
    expect(Math.abs(pixelCount(pixels(painted)) - (Math.PI * 100 + 800))).toBeLessThan(20);
    if (!painted) throw new Error("nothing was painted");
    const [second] = committed(play(brushTool, on([painted], [painted.uid]), drag(90, 50, 150, 50)).effects);
    expect(second?.put[0]?.uid).toBe(painted.uid);
    expect(isSet(pixels(second?.put[0]), 145, 50)).toBe(true);
    expect(isSet(pixels(painted), 145, 50)).toBe(false);
  });
  it("erases with its switch or with Alt, and deletes a mask of which nothing is left", () => {
    const target = mask("m", [40, 40, 80, 40, 80, 60, 40, 60]);
    const [some] = committed(play(brushTool, on([target], ["m"], true), drag(40, 50, 50, 50)).effects);
    expect(pixelCount(pixels(some?.put[0]))).toBeLessThan(pixelCount(pixels(target)));
    const [all] = committed(play(brushTool, on([target], ["m"]), drag(0, 50, 200, 50, { alt: true })).effects);
    expect(all).toMatchObject({ put: [], delete: ["m"] });
  });
  it("needs a mask to erase from, and leaves a locked one alone", () => {
    expect(committed(play(brushTool, on([], [], true), drag(40, 50, 50, 50)).effects)).toEqual([]);
    const locked = { ...mask("m", [40, 40, 80, 40, 80, 60]), locked: true };
    expect(committed(play(brushTool, on([locked], ["m"]), drag(40, 50, 50, 50)).effects)).toEqual([]);
  });
  it("stays in the picture, and keeps nothing after Esc", () => {
    const [commit] = committed(play(brushTool, on(), drag(-30, 50, 10, 50)).effects);
    expect(pixelCount(pixels(commit?.put[0]))).toBeGreaterThan(0);
    const stopped = [at("down", 50, 50), at("move", 60, 50), { kind: "cancel" } as const, at("up", 70, 50)];
    expect(committed(play(brushTool, on(), stopped).effects)).toEqual([]);
  });
});

describe("pointTool", () => {
  it("sets a point at once, exactly where it was pressed", () => {
    const [commit] = committed(play(pointTool, context(), clicks([12.25, 40.5])).effects);
    expect(commit?.put[0]).toMatchObject({ kind: "point", geometry: [12.25, 40.5] });
  });
});

describe("keypointsTool", () => {
  const posing = { ...context(), skeleton: CLASSES[1]?.skeleton ?? null };
  it("is finished by the last point of the skeleton", () => {
    const inputs = [...clicks([10, 10]), at("down", 20, 30, { shift: true }), at("up", 20, 30), ...clicks([30, 60])];
    const [commit] = committed(play(keypointsTool, posing, inputs).effects);
    expect(commit?.put[0]?.geometry).toEqual([
      [10, 10, 2],
      [20, 30, 1],
      [30, 60, 2],
    ]);
  });
  it("leaves points out, one by one or all that are left", () => {
    const [skipped] = committed(play(keypointsTool, posing, [{ kind: "skip" }, ...clicks([10, 10]), enter]).effects);
    expect(skipped?.put[0]?.geometry).toEqual([
      [0, 0, 0],
      [10, 10, 2],
      [0, 0, 0],
    ]);
    expect(committed(play(keypointsTool, posing, [{ kind: "skip" }, enter]).effects)).toEqual([]);
  });
  it("says which point comes next", () => {
    const { state } = play(keypointsTool, posing, clicks([10, 10]));
    expect(keypointsTool.draft(state, posing).note).toBe("hip");
  });
});

describe("cutTool", () => {
  it("cuts what is selected in two by one stroke", () => {
    const on = context([box("a", 10, 10, 60, 60)], ["a"]);
    const [commit] = committed(play(cutTool, on, drag(20, 5, 20, 70)).effects);
    expect(commit?.put.map((one) => one.uid)).toEqual(["a", "new1"]);
    expect(commit?.put.map(area).sort((x, y) => x - y)).toEqual([500, 2_000]);
  });
  it("cuts whatever it crosses when nothing is selected, by points and Enter", () => {
    const on = context([box("a", 10, 10, 60, 60), box("b", 100, 10, 160, 60)]);
    const [commit] = committed(play(cutTool, on, [...clicks([0, 30], [190, 30]), enter]).effects);
    expect(commit?.put).toHaveLength(4);
  });
  it("cuts masks along their pixels", () => {
    const on = context([mask("m", [10, 10, 60, 10, 60, 60, 10, 60])], ["m"]);
    const [commit] = committed(play(cutTool, on, drag(30, 0, 30, 90)).effects);
    expect(commit?.put.map((one) => pixelCount(pixels(one))).sort((x, y) => x - y)).toEqual([1_000, 1_500]);
  });
  it("says so when it divides nothing", () => {
    const { effects } = play(cutTool, context([box("a", 10, 10, 60, 60)]), drag(100, 5, 100, 70));
    expect(effects).toEqual([{ do: "say", text: "The line divides nothing" }]);
  });
});
