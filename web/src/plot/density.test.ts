import { describe, expect, it } from "vitest";
import { tilesSeen } from "./density";
import { fitted, zoomed } from "./plane";

const size = { width: 1000, height: 800 };

describe("density", () => {
  it("covers the whole plane when it is fitted", () => {
    const tiles = tilesSeen(fitted(size), size);
    const zoom = tiles[0]?.zoom ?? 0;
    expect(tiles).toHaveLength(4 ** zoom);
  });

  it("asks for no more tiles than a screen holds, however near one is", () => {
    let frame = fitted(size);
    for (let i = 0; i < 12; i++) {
      frame = zoomed(frame, size, 2, 500, 400);
      expect(tilesSeen(frame, size).length).toBeLessThan(60);
    }
  });
});
