import { describe, expect, it } from "vitest";
import { drawBindings, parseDrawing, rebindDrawing } from "./drawBindings";

describe("bindings of the Annotate page", () => {
  it("puts something on another key and back", () => {
    expect(rebindDrawing("box", "'")).toBeNull();
    expect(drawBindings.get()).toEqual({ box: "'" });
    expect(rebindDrawing("box", null)).toBeNull();
    expect(drawBindings.get()).toEqual({});
  });

  it("refuses a key that is taken", () => {
    expect(rebindDrawing("box", "p")).toContain("taken");
    expect(drawBindings.get()).toEqual({});
  });

  it("reads what was kept, and drops what makes no sense", () => {
    const text = JSON.stringify({ box: "'", fly: "f", polygon: 7, brush: "3" });
    expect(parseDrawing(text)).toEqual({ box: "'" });
    expect(parseDrawing("not JSON")).toEqual({});
  });
});
