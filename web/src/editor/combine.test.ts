import { describe, expect, it } from "vitest";
import { areaOf, partsOf } from "./boolean";
import { become, converted, merged, separated, subtracted } from "./combine";
import { box, committed, context, object } from "./fakes";
import { pixelCount, rasterOf, rasterOfParts, rleOf } from "./raster";
import type { Shape } from "./types";

const size = { width: 200, height: 100 };
const pair = [box("a", 10, 10, 50, 50), box("b", 40, 10, 80, 50)];
const area = (one: Shape | undefined) => areaOf((one && partsOf(one)) ?? []);
const maskOf = (...parts: readonly (readonly number[])[]) => {
  const geometry = rleOf(
    rasterOfParts(
      parts.map((ring) => [ring]),
      size,
    ),
    size,
  );
  if (!geometry) throw new Error("no pixel");
  return { kind: "mask", geometry } as const;
};

describe("merged", () => {
  it("joins the selected objects into the first", () => {
    const [commit] = committed(merged(context(pair, ["b", "a"])));
    expect(commit).toMatchObject({ delete: ["a"], select: ["b"] });
    expect(commit?.put[0]).toMatchObject({ uid: "b", kind: "polygon" });
    expect(area(commit?.put[0])).toBe(2_800);
  });
  it("makes a mask where one of them is one", () => {
    const [commit] = committed(
      merged(context([...pair, object("m", maskOf([90, 10, 100, 10, 100, 20, 90, 20]))], ["m", "a"])),
    );
    const made = commit?.put[0];
    expect(made?.kind === "mask" && pixelCount(rasterOf(made.geometry))).toBe(1_700);
  });
  it("wants two of them", () => {
    expect(committed(merged(context(pair, ["a"])))).toEqual([]);
  });
});

describe("subtracted", () => {
  it("takes the others off the first, and keeps them", () => {
    const [commit] = committed(subtracted(context(pair, ["a", "b"])));
    expect(commit).toMatchObject({ delete: [] });
    expect(area(commit?.put[0])).toBe(1_200);
  });
  it("keeps an object of which nothing would be left", () => {
    expect(committed(subtracted(context([box("a", 10, 10, 20, 20), box("b", 0, 0, 50, 50)], ["a", "b"])))).toEqual([]);
  });
});

describe("separated", () => {
  it("makes each part an object with the same traits", () => {
    const geometry = [[[0, 0, 10, 0, 10, 10]], [[20, 0, 30, 0, 30, 10]]];
    const [commit] = committed(
      separated(context([object("p", { kind: "polygon", geometry }, { class_id: 2 })], ["p"])),
    );
    expect(commit?.put.map((one) => [one.uid, one.class_id])).toEqual([
      ["p", 2],
      ["new1", 2],
    ]);
  });
  it("takes masks apart by their pixels", () => {
    const two = maskOf([0, 0, 10, 0, 10, 10, 0, 10], [20, 0, 30, 0, 30, 20, 20, 20]);
    const [commit] = committed(separated(context([object("m", two)], ["m"])));
    expect(commit?.put.map((one) => one.kind === "mask" && pixelCount(rasterOf(one.geometry)))).toEqual([100, 200]);
  });
});

describe("converted", () => {
  it("goes from the box by way of the polygon to the mask and back", () => {
    const kinds: string[] = [];
    let now = box("a", 10, 10, 50, 50);
    for (let step = 0; step < 4; step++) {
      const [commit] = committed(converted(context([now], ["a"])));
      const next = commit?.put[0];
      if (!next) throw new Error("nothing came of it");
      kinds.push(next.kind);
      now = next;
    }
    expect(kinds).toEqual(["obb", "polygon", "mask", "polygon"]);
    expect(area(now)).toBe(1_600);
  });
  it("makes what is asked for", () => {
    expect(become(maskOf([10, 10, 50, 10, 50, 50, 10, 50]), "box", size)).toEqual({
      kind: "box",
      geometry: [10, 10, 50, 50],
    });
    expect(become({ kind: "point", geometry: [1, 1] }, "mask", size)).toBeNull();
  });
});
