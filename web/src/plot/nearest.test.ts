import { describe, expect, it } from "vitest";
import { Nearest } from "./nearest";

const every = () => true;

describe("nearest", () => {
  it("finds what comparing with every point finds", () => {
    const at = (i: number, k: number) => Math.sin(i * k) * 1.02;
    const x = Float32Array.from({ length: 500 }, (_, i) => at(i, 1.7));
    const y = Float32Array.from({ length: 500 }, (_, i) => at(i, 2.3));
    const nearest = new Nearest(x, y);
    for (let i = 0; i < 60; i++) {
      const [px, py] = [at(i, 0.9), at(i, 3.1)];
      let [best, least]: [number | null, number] = [null, 0.1 ** 2];
      for (let k = 0; k < 500; k++) {
        const off = ((x[k] ?? 0) - px) ** 2 + ((y[k] ?? 0) - py) ** 2;
        if (off <= least) [best, least] = [k, off];
      }
      expect(nearest.at(px, py, 0.1, every)).toBe(best);
    }
  });

  it("passes over points that do not count", () => {
    const nearest = new Nearest(Float32Array.of(0, 0.01), Float32Array.of(0, 0));
    expect(nearest.at(0, 0, 0.1, (point) => point !== 0)).toBe(1);
    expect(nearest.at(0, 0, 0.1, () => false)).toBeNull();
    expect(nearest.at(0.9, 0.9, 0.1, every)).toBeNull();
  });
});
