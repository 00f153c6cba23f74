import { expect, it } from "vitest";
import { families } from "./networks";

const nets = [
  { name: "small_cnn", family: "plain", description: "For tiny pictures" },
  { name: "resnet18", family: "resnet" },
  { name: "mobilenet_v2", family: "mobilenet" },
  { name: "resnet50", family: "resnet" },
];

it("groups networks by family", () => {
  expect(families(nets, "").map((one) => [one.name, one.nets.length])).toEqual([
    ["plain", 1],
    ["resnet", 2],
    ["mobilenet", 1],
  ]);
});

it("finds them by name, family or use, however the name is spelt", () => {
  const found = (search: string) => families(nets, search).flatMap((one) => one.nets.map((net) => net.name));
  expect(found("ResNet 5")).toEqual(["resnet50"]);
  expect(found("mobilenet-v2")).toEqual(["mobilenet_v2"]);
  expect(found("tiny")).toEqual(["small_cnn"]);
  expect(found("nothing")).toEqual([]);
});
