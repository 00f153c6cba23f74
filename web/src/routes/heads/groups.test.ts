import { expect, test } from "vitest";
import { asSent, asTyped, drawn, groupsFor, ownOf } from "./groups";

test("widths of layers are typed as a text and sent as numbers", () => {
  expect(asTyped({ sizes: [512, 256], lr: 1 })).toEqual({ sizes: "512, 256", lr: 1 });
  expect(asSent({ sizes: "512,256", lr: 1 })).toEqual({ sizes: [512, 256], lr: 1 });
  expect(asSent({ sizes: "" }).sizes).toEqual([]);
  expect(asSent(asTyped({ sizes: [64] }))).toEqual({ sizes: [64] });
});

test("the form offers the encoders and heads that there are", () => {
  const schema = { properties: { encoder: { type: "string" }, warm_start: { type: "string" } } };
  const { properties } = drawn(schema, ["hog"], ["pets"]) as { properties: Record<string, Record<string, unknown>> };
  expect(properties.encoder?.enum).toEqual(["auto", "hog"]);
  expect(properties.warm_start?.examples).toEqual(["pets"]);
});

test("only the settings of the chosen kind of head are shown", () => {
  const titles = (head: string) => groupsFor(head).map((group) => group.title);
  expect(titles("mlp")).not.toContain("Logistic regression");
  expect(titles("logistic")).not.toContain("MLP");
  expect(ownOf("mlp", { c: 1, lr: 2, seed: 3 })).toEqual({ lr: 2, seed: 3 });
  expect(ownOf("logistic", { c: 1, lr: 2, seed: 3 })).toEqual({ c: 1, seed: 3 });
});
