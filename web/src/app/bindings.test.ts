import { describe, expect, it } from "vitest";
import { bindings, parse, rebind } from "./bindings";

describe("bindings", () => {
  it("puts something on another key and back", () => {
    expect(rebind("skip", "K")).toBeNull();
    expect(bindings.get()).toEqual({ skip: "k" });
    expect(rebind("skip", null)).toBeNull();
    expect(bindings.get()).toEqual({});
  });

  it("refuses a key that is taken, or has a meaning of its own", () => {
    expect(rebind("skip", "s")).toContain("taken");
    expect(rebind("skip", "1")).toContain("meaning of its own");
    expect(rebind("skip", "F5")).toContain("single");
    expect(bindings.get()).toEqual({});
  });

  it("reads what was kept, and drops what makes no sense", () => {
    expect(parse('{"skip":"k","fly":"f","reject":7,"accept":"3"}')).toEqual({ skip: "k" });
    expect(parse("not JSON")).toEqual({});
    expect(parse(null)).toEqual({});
  });
});
