import { describe, expect, it } from "vitest";
import { fit, hold, imagePoint, pan, screenPoint, toImage, toScreen, zoomAt } from "./camera";

const stage = { width: 800, height: 600 };
const image = { width: 2000, height: 1000 };

describe("camera", () => {
  it("round-trips frames", () => {
    const camera = { origin: screenPoint(10, 20), zoom: 0.37 };
    const back = toImage(camera, toScreen(camera, imagePoint(123, 45)));
    expect(back.x).toBeCloseTo(123);
    expect(back.y).toBeCloseTo(45);
  });
  it("fits the whole image in the middle", () => {
    const camera = fit(stage, image, 0);
    expect(camera.zoom).toBeCloseTo(0.4);
    expect(toScreen(camera, imagePoint(1000, 500))).toMatchObject({ x: 400, y: 300 });
  });
  it("enlarges tiny images, within reason", () => {
    expect(fit(stage, { width: 8, height: 8 }).zoom).toBe(16);
  });
  it("keeps the point under the pointer", () => {
    const before = fit(stage, image);
    const at = screenPoint(300, 200);
    const after = zoomAt(before, at, 2, 0.01);
    expect(toImage(after, at).x).toBeCloseTo(toImage(before, at).x);
  });
  it("cannot lose the image", () => {
    const lost = hold(pan(fit(stage, image), 99999, -99999), stage, image);
    expect(lost.origin.x).toBeLessThan(stage.width);
    expect(lost.origin.y + image.height * lost.zoom).toBeGreaterThan(0);
  });
});
