import { expect, test } from "vitest";
import type { Layers } from "@/api/types";
import { fitting, seenFrame } from "./wish";

const layers = {
  classes: ["cat", "dog"],
  layers: [{ name: "layer3", channels: 1, height: 2, width: 2, main: true }],
  methods: [
    { name: "gradcam", ready: true },
    { name: "rollout", ready: false },
  ],
} as unknown as Layers;

test("what a model does not have is left to it", () => {
  const asked = { method: "rollout", layer: "layer9", class: "owl" };
  expect(fitting(asked, layers)).toEqual({ method: "auto", layer: "", class: null });
  const right = { method: "gradcam", layer: "layer3", class: "dog" };
  expect(fitting(right, layers)).toEqual(right);
  expect(fitting(asked, undefined)).toBe(asked);
});

test("a crop shows the frame of what was seen, a whole picture shows none", () => {
  expect(seenFrame({ frame: [200, 100], seen: [0, 0, 200, 100] })).toBeNull();
  expect(seenFrame({ frame: [200, 100], seen: [50, 0, 150, 100] })).toEqual({
    left: "25%",
    top: "0%",
    width: "50%",
    height: "100%",
  });
});
