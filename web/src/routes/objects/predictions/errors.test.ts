import { describe, expect, it } from "vitest";
import type { DetectionError } from "@/api/types";
import { all, boundsOfError, matrixOf, meantBy, readMeant, sourceName, told, writeMeant } from "./errors";

const cell = (truth: number | null, said: number | null, count: number) => ({
  truth: truth === null ? null : `c${truth}`,
  truth_id: truth,
  said: said === null ? null : `c${said}`,
  said_id: said,
  count,
});

const error = (more: Partial<DetectionError>): DetectionError => ({
  image_id: 1,
  width: 100,
  height: 80,
  error: "missed",
  truth: "cat",
  truth_id: 1,
  truth_box: [10, 10, 20, 20],
  said: null,
  said_id: null,
  said_box: null,
  score: null,
  iou: 0,
  ...more,
});

describe("which errors are meant", () => {
  it("is written as the server reads it, and read again", () => {
    for (const meant of [
      all,
      { fault: "missed", truth: 3, said: null },
      { fault: "wrong_class", truth: 3, said: 7 },
      { fault: null, truth: null, said: 7 },
    ] as const)
      expect(readMeant(writeMeant(meant))).toEqual(meant);
    expect(writeMeant({ fault: "missed", truth: 3, said: null })).toBe("missed:3");
    expect(writeMeant({ fault: null, truth: null, said: 7 })).toBe("::7");
  });

  it("passes over what is nonsense", () => {
    expect(readMeant("nonsense:x:7")).toEqual({ fault: null, truth: null, said: 7 });
    expect(readMeant(null)).toEqual(all);
  });
});

describe("the confusion", () => {
  const cells = [cell(1, 1, 9), cell(2, 2, 5), cell(1, 2, 4), cell(3, null, 2), cell(null, 2, 1)];

  it("shows the classes that are mixed up, and nothing beside them", () => {
    const { classes, matrix, left } = matrixOf(cells, 2);
    expect(classes.map((one) => one.name)).toEqual(["c1", "c2", "nothing"]);
    expect(matrix).toEqual([
      [9, 4, 0],
      [0, 5, 0],
      [0, 1, 0],
    ]);
    expect(left).toBe(1);
  });

  it("leads from each cell to its errors", () => {
    const [one, two, nothing] = matrixOf(cells, 2).classes;
    if (!one || !two || !nothing) throw new Error("three are there");
    expect(meantBy(one, one)).toBeNull();
    expect(meantBy(one, two)).toEqual({ fault: "wrong_class", truth: 1, said: 2 });
    expect(meantBy(one, nothing)).toEqual({ fault: "missed", truth: 1, said: null });
    expect(meantBy(nothing, two)).toEqual({ fault: null, truth: null, said: 2 });
  });
});

describe("an error", () => {
  it("is told in words", () => {
    expect(told(error({}))).toBe("cat was missed");
    expect(told(error({ error: "wrong_class", said: "dog", score: 0.834 }))).toBe("cat taken for dog (0.83)");
    expect(told(error({ error: "extra", truth: null, said: "dog", score: 0.5 }))).toBe("dog (0.50), nothing drawn");
    expect(told(error({ error: "badly_placed", said: "cat", score: 1, iou: 0.31 }))).toBe("cat (1.00), overlap 0.31");
    expect(told(error({ error: "duplicate", said: "cat", score: 1 }))).toBe("cat (1.00), once more");
  });

  it("is shown with both of its sides", () => {
    expect(boundsOfError(error({ said_box: [5, 12, 15, 30] }))).toEqual([5, 10, 20, 30]);
    expect(boundsOfError(error({}))).toEqual([10, 10, 20, 20]);
  });
});

it("calls a source by its name", () => {
  expect(sourceName("suggestions:engine:yolox")).toBe("engine:yolox");
  expect(sourceName("/data/of/predictions.json")).toBe("predictions.json");
});
