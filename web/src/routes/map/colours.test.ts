import { describe, expect, it } from "vitest";
import type { ClassLook } from "@/label/look";
import { legendOf, onGround, paintOf, visible, type ColourBy } from "./colours";
import type { Points } from "./points";

const look = (id: number, name: string, colour: string): ClassLook => ({
  id,
  name,
  colour,
  hotkey: String(id),
  dash: "none",
  count: 0,
});
const points: Points = {
  key: "k",
  count: 4,
  total: 4,
  statuses: ["unlabelled", "labelled"],
  splits: ["train", "val", "test"],
  ordinal: Uint32Array.of(0, 1, 2, 3),
  imageId: Float64Array.of(1, 2, 3, 4),
  x: new Float32Array(4),
  y: new Float32Array(4),
  classId: Int32Array.of(1, 1, -1, 99),
  predicted: Int32Array.of(2, 1, 2, -1),
  probability: Float32Array.of(0.9, 0.8, 0.7, NaN),
  uncertainty: Float32Array.of(0, 1, 0.5, NaN),
  split: Uint8Array.of(0, 0, 0, 2),
  status: Uint8Array.of(1, 1, 0, 0),
  cluster: Int32Array.of(0, 0, 1, -1),
  indexOf: new Map(),
};
const known = {
  points,
  looks: [look(1, "cat", "#ff0000"), look(2, "dog", "#00ff00")],
  theme: "dark" as const,
  clusters: new Map([[0, "cat"]]),
  method: "umap",
};
const told = (by: ColourBy) => legendOf(by, known).entries.map(({ name, count }) => `${name} ${count}`);

describe("colours", () => {
  it("say what each point is, with how many say so; what no point says is left out", () => {
    expect(told("class")).toEqual(["No class 2", "cat 2"]);
    expect(told("prediction")).toEqual(["Not predicted 1", "cat 1", "dog 2"]);
    expect(told("uncertainty")).toEqual([
      "Not predicted 1",
      "0-20 % unsure 1",
      "40-60 % unsure 1",
      "80-100 % unsure 1",
    ]);
    expect(told("split")).toEqual(["train 3", "test 1"]);
    expect(told("status")).toEqual(["unlabelled 2", "labelled 2"]);
    expect(told("cluster")).toEqual(["Outliers 1", "cat 2", "Cluster 2 1"]);
  });

  it("paint each point with the colour of its entry", () => {
    const paint = paintOf(legendOf("class", known));
    expect([...paint.category].map((at) => paint.palette[at])).toEqual(["#ff0000", "#ff0000", "#737d87", "#737d87"]);
  });

  it("leave out what is hidden", () => {
    const legend = legendOf("cluster", known);
    expect(visible(legend, new Set())).toBeNull();
    expect(visible(legend, new Set(["0"]))).toEqual([2, 3]);
    expect(visible(legend, new Set(["0", "none", "1"]))).toEqual([]);
  });

  it("know how the pictures of an entry are asked for", () => {
    expect(legendOf("prediction", known).entries.at(-1)?.filter).toEqual({ predicted_ids: [2] });
    expect(legendOf("cluster", known).entries[0]?.filter).toEqual({ region: { method: "umap", cluster: -1 } });
    expect(legendOf("uncertainty", known).entries[1]?.filter).toBeNull();
  });

  it("are a little darker on a light ground", () => {
    expect(onGround("#ff8000", "light")).toBe("#c76400");
    expect(onGround("#ff8000", "dark")).toBe("#ff8000");
  });
});
