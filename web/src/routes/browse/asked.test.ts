import { describe, expect, it } from "vitest";
import { everything, filters, fromAddress, inQueue, noOptions, toAddress, toggled, type Asked } from "./asked";

const asked: Asked = {
  queue: "band",
  filter: {
    class_ids: [3, 4],
    tag_ids: [9],
    predicted_ids: [4],
    splits: ["val"],
    statuses: ["unlabelled", "unsure"],
    text: "a b",
    region: {
      method: "umap",
      polygon: [
        [1.5, -2],
        [3, 4.25],
        [-5, 6],
      ],
    },
    finding: "leak",
    slice: "20261121-1/test/folder/a/b",
    reviews: ["todo", "rejected"],
    objects: "some",
    object_ids: [3],
    check: "duplicate",
  },
  seed: 7,
  options: {
    band: [0.35, 0.8],
    class_id: 3,
    measure: "entropy",
    method: "forest",
    against: "my model",
    images: [5, 6],
    text: "a red one",
    run: "r1",
    evaluation: "e1",
    error: "wrong_class:3:7",
  },
};
const read = (text: string) => fromAddress(new URLSearchParams(text));

describe("the address", () => {
  it("round-trips", () => {
    expect(fromAddress(toAddress(asked))).toEqual(asked);
  });
  it("round-trips a cluster of the map", () => {
    const clustered = { ...asked, filter: { ...asked.filter, region: { method: "pca", cluster: 12 } } };
    expect(fromAddress(toAddress(clustered))).toEqual(clustered);
  });
  it("is empty for the whole project", () => {
    expect(toAddress(read("")).toString()).toBe("");
    expect(read("")).toEqual(everything);
  });
  it("leaves out what is not known", () => {
    const { filter, options } = read(
      "class=x,2&split=moon&status=labelled&measure=luck&band=high&like=a,3&check=odd&objects=2",
    );
    expect(filter).toEqual({ ...everything.filter, class_ids: [2], statuses: ["labelled"] });
    expect(options).toEqual({ ...noOptions, images: [3] });
  });
  it("takes no band that ends before it begins", () => {
    expect(read("band=.3-.8").options.band).toEqual([0.3, 0.8]);
    expect(read("band=0-1").options.band).toEqual([0, 1]);
    for (const band of ["0.8-0.3", "0.3", "-0.3-0.8", "0.3-1.8", "0.3-0.8-1"]) {
      expect(read(`band=${band}`).options.band).toBeNull();
    }
  });
  it("takes no region that is none", () => {
    for (const region of ["umap", "umap@x", "umap:1,2;3,4", "umap:1,2;3;4,5", ":1,2;3,4;5,6", "umap:1,2;a,4;5,6"]) {
      expect(read(`region=${region}`).filter.region).toBeNull();
    }
  });
});

it("forgets what was told to a queue when another is chosen", () => {
  const next = inQueue(asked, "oddities", { method: "lof" });
  expect(next).toMatchObject({ queue: "oddities", seed: null, filter: asked.filter });
  expect(next.options).toEqual({ ...noOptions, method: "lof" });
});
it("counts filters", () => {
  expect(filters(asked.filter)).toBe(16);
});
it("toggles", () => {
  expect(toggled([1, 2], 2)).toEqual([1]);
  expect(toggled([1], 2)).toEqual([1, 2]);
});
