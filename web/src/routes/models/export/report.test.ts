import { describe, expect, it } from "vitest";
import { byThreads, called, headlineOf, points, speed, type Judged } from "./report";

const judged: Judged = {
  split: "val",
  images: 400,
  figure: "top1",
  before: { top1: 0.91, macro_f1: 0.9 },
  after: { top1: 0.9075, macro_f1: 0.89 },
  change: { top1: { points: -0.25, low: -0.75, high: 0.25 }, macro_f1: { points: -1, low: -2, high: 0 } },
  lost: 0.25,
  limit: 0.5,
  agreement: 0.99,
};

describe("what a report says", () => {
  it("gives points a sign, and none to nothing", () => {
    expect([0.304, -1.249, 0, -0.001, 12.345].map(points)).toEqual(["+0.30", "−1.25", "0", "0", "+12.3"]);
  });

  it("leads with the figure that the limit is about", () => {
    expect(headlineOf(judged)).toEqual({ name: "Top-1", before: "91.0 %", after: "90.8 %", change: "−0.25" });
    expect(headlineOf({ ...judged, figure: "macro_f1" }).name).toBe("Macro F1");
  });

  it("puts what was measured at one number of threads into one row", () => {
    const rows = [
      { what: "torch", threads: 4, ms: 9 },
      { what: "this", threads: 1, ms: 4 },
      { what: "torch", threads: 1, ms: 18 },
    ] as const;
    expect(byThreads(rows)).toEqual([
      { threads: 1, ms: { this: 4, torch: 18 } },
      { threads: 4, ms: { torch: 9 } },
    ]);
  });

  it("compares with torch, else with ONNX, else says nothing", () => {
    const of = (over_torch: number | null, over_onnx: number | null) =>
      speed({ latency: { rows: [], over_torch, over_onnx } });
    expect([of(4.61, 2), of(null, 2.04), of(null, null), speed({})]).toEqual(["4.6 × torch", "2.0 × ONNX", "", ""]);
  });

  it("names a form by its format and its numbers", () => {
    expect(called({ format: "openvino", precision: "int8" })).toBe("OpenVINO, int8");
  });
});
