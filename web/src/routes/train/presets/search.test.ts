import { expect, it } from "vitest";
import type { Preset } from "@/api/types";
import { grouped, unfit } from "./search";

const preset = (name: string, heading: string, more: Partial<Preset> = {}): Preset => ({
  name,
  heading,
  title: name.replaceAll("_", " "),
  description: "",
  task: "single",
  group: "classes",
  ...more,
});
const presets = [
  preset("finegrained_recognition", "Classes", { description: "Kinds of birds" }),
  preset("vgg_feature_rich", "By network"),
  preset("document_classification", "Classes"),
  preset("embedding_retrieval_balanced", "Embeddings", { task: "embedding" }),
];

it("groups presets under their headings", () => {
  expect(grouped(presets, "").map((one) => [one.heading, one.presets.length])).toEqual([
    ["Classes", 2],
    ["By network", 1],
    ["Embeddings", 1],
  ]);
});

it("finds them by name or use, however they are spelt", () => {
  const names = (search: string) => grouped(presets, search).flatMap((one) => one.presets.map((p) => p.name));
  expect(names("fine grained")).toEqual(["finegrained_recognition"]);
  expect(names("birds kinds")).toEqual(["finegrained_recognition"]);
  expect(names("vgg_feature")).toEqual(["vgg_feature_rich"]);
  expect(names("nothing")).toEqual([]);
});

it("says which cannot learn from tags", () => {
  expect(presets.filter((one) => unfit(one, "multi")).map((one) => one.name)).toEqual(["embedding_retrieval_balanced"]);
  expect(presets.some((one) => unfit(one, "single"))).toBe(false);
});
