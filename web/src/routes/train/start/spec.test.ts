import { describe, expect, it } from "vitest";
import { at, difference, flat, over, patch, say } from "./spec";

const base = { epochs: 8, model: { name: "small_cnn", dropout: 0.2 }, views: [1, 2] };

describe("specs", () => {
  it("are known by dotted keys", () => {
    expect([...flat(base).keys()]).toEqual(["epochs", "model.name", "model.dropout", "views"]);
    expect(at(base, "model.name")).toBe("small_cnn");
    expect(at(base, "epochs.name")).toBeUndefined();
  });

  it("come back from a base and what differs from it", () => {
    const mine = { epochs: 3, model: { name: "resnet18", dropout: 0.2 }, views: [1] };
    expect(patch(base, mine)).toEqual({ epochs: 3, model: { name: "resnet18" }, views: [1] });
    expect(over(base, patch(base, mine))).toEqual(mine);
    expect(patch(base, base)).toEqual({});
  });

  it("differ by key, also where only one has it", () => {
    const other = { ...base, epochs: 9, fold: 1 };
    expect(difference(base, other)).toEqual([
      { key: "epochs", before: 8, after: 9 },
      { key: "fold", before: undefined, after: 1 },
    ]);
    expect(difference(base, { ...base, views: [1, 2] })).toEqual([]);
  });

  it("are said so that nothing and an empty word differ", () => {
    expect([undefined, "", "sgd", 0.5, true, [1]].map(say)).toEqual(["–", "empty", "sgd", "0.5", "true", "[1]"]);
  });
});
