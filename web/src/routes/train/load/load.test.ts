import { describe, expect, it } from "vitest";
import type { LoadSample } from "@/api/types";
import { inWords, joined, points, strips } from "./load";

const sample = (at: number, cpu: number): LoadSample => ({
  at,
  cpu_percent: cpu,
  cores: 4,
  memory_used_mb: 4096,
  memory_total_mb: 16384,
  process_cpu_percent: 200,
  process_memory_mb: 1024,
  gpus: [{ name: "H100", percent: 50, memory_used_mb: 8192, memory_total_mb: 81920, temperature_c: 40 }],
});

describe("the machine's load", () => {
  it("is told in one line", () => {
    expect(inWords(sample(1, 41.2))).toBe("Processors 41 % · 4.0 of 16.0 GB memory · H100 50 %");
  });

  it("is drawn as shares of what there is", () => {
    const found = strips([sample(1, 20), sample(2, 40)]);
    expect(found.map((one) => one.name)).toEqual([
      "Processors",
      "this training",
      "Memory",
      "this training",
      "H100",
      "H100: memory",
    ]);
    expect(found[0]?.shares).toEqual([0.2, 0.4]);
    expect(found[1]).toEqual({ name: "this training", now: "2.0 processors", shares: [0.5, 0.5] });
    expect(found[5]?.now).toBe("8.0 of 80.0 GB");
    expect(strips([])).toEqual([]);
  });

  it("runs from left to right, full at the top", () => {
    expect(points([0, 1])).toBe("0.0,100.0 100.0,0.0");
    expect(points([0.5])).toBe("0.0,50.0");
  });

  it("hears each sample once", () => {
    const two = joined([sample(1, 20)], sample(2, 40));
    expect(two.map((one) => one.at)).toEqual([1, 2]);
    expect(joined(two, sample(2, 40))).toHaveLength(2);
  });
});
