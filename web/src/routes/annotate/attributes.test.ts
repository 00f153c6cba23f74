import { describe, expect, it } from "vitest";
import type { DrawnObject } from "@/draw/objects";
import { measure, readValue, shared, withAttribute, withoutAttribute } from "./attributes";

const object = (attributes: DrawnObject["attributes"]): DrawnObject => ({
  uid: "a",
  kind: "box",
  geometry: [1.25, 2, 11.5, 22],
  class_id: 1,
  attributes,
  z: 0,
  locked: false,
  hidden: false,
  score: null,
  source: "person",
});

describe("attributes", () => {
  it("reads truth, numbers and text as they are typed", () => {
    expect(["true", " false ", "3", "-1.5e2", "", "3 cars", "1,5"].map(readValue)).toEqual([
      true,
      false,
      3,
      -150,
      "",
      "3 cars",
      "1,5",
    ]);
  });
  it("shows what several objects share, and nothing where they differ", () => {
    const both = shared([object({ hue: "red", seen: true }), object({ hue: "red", seen: false, n: 1 })]);
    expect([...both]).toEqual([
      ["hue", "red"],
      ["seen", null],
      ["n", null],
    ]);
  });
  it("sets and takes away", () => {
    const set = withAttribute("n", 2)(object({ hue: "red" }));
    expect(set.attributes).toEqual({ hue: "red", n: 2 });
    expect(withoutAttribute("hue")(set).attributes).toEqual({ n: 2 });
  });
  it("measures every kind of shape", () => {
    expect(measure(object({}))).toBe("x 1.25, y 2, 10.25 × 20");
    expect(measure({ kind: "obb", geometry: [5, 5, 4, 2, -30] })).toBe("centre 5, 5, 4 × 2, -30°");
    expect(measure({ kind: "polygon", geometry: [[[0, 0, 1, 0, 1, 1]]] })).toBe("3 corners");
    const rings = [
      [0, 0, 9, 0, 9, 9],
      [1, 1, 2, 1, 2, 2],
    ];
    expect(measure({ kind: "polygon", geometry: [rings] })).toBe("6 corners in 2 rings");
    expect(measure({ kind: "point", geometry: [1, 2] })).toBe("x 1, y 2");
    expect(
      measure({
        kind: "keypoints",
        geometry: [
          [1, 2, 2],
          [0, 0, 0],
        ],
      }),
    ).toBe("1 of 2 points");
    expect(measure({ kind: "mask", geometry: { size: [4, 4], counts: "52272" } })).toContain("x ");
  });
});
