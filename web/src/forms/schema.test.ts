import { describe, expect, it } from "vitest";
import { changes, defaults, drawing, label, plain, rebase, same } from "./schema";

const spec = {
  $defs: {
    Model: {
      type: "object",
      properties: { name: { type: "string", default: "small_cnn" }, dropout: { type: "number", default: 0.2 } },
    },
  },
  type: "object",
  properties: {
    epochs: { type: "integer", default: 30 },
    stop: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null },
    model: { $ref: "#/$defs/Model", default: { name: "resnet18" } },
    hosts: { type: "array", items: { type: "string" }, default: [] },
    token: { type: "string", secret: true, default: "" },
  },
};

describe("plain", () => {
  const drawn = plain(spec) as { properties: Record<string, Record<string, unknown>> };
  it("replaces references", () => {
    expect(drawn.properties.model?.type).toBe("object");
    expect(drawn.properties.model?.default).toEqual({ name: "resnet18" });
  });
  it("makes an optional value one that may be null", () => {
    expect(drawn.properties.stop).toMatchObject({ type: ["integer", "null"], minimum: 1, nullable: true });
    expect(drawn.properties.stop).not.toHaveProperty("anyOf");
  });
});

it("knows the defaults, an outer one over an inner one", () => {
  expect(defaults(plain(spec))).toEqual({
    epochs: 30,
    stop: null,
    model: { name: "resnet18", dropout: 0.2 },
    hosts: [],
    token: "",
  });
});

it("counts what differs from the defaults", () => {
  const drawn = plain(spec);
  expect(changes(drawn, defaults(drawn))).toBe(0);
  expect(changes(drawn, { epochs: 8, model: { name: "small_cnn" } })).toBe(2);
});

it("draws lists of words as lines, and secrets as such", () => {
  expect(drawing(plain(spec))).toEqual({ hosts: { "ui:field": "Lines" }, token: { "ui:widget": "password" } });
});

it("names keys", () => {
  expect([
    label("batch_size"),
    label("ema"),
    label("refit_delay_s"),
    label("looks_per_s"),
    label("database_url"),
  ]).toEqual(["Batch size", "EMA", "Refit delay", "Looks per second", "Database URL"]);
});

it("compares without regard to order", () => {
  expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
});

it("takes other defaults", () => {
  const suited = rebase(plain(spec), { epochs: 8, model: { name: "small_cnn", dropout: 0 } });
  expect(defaults(suited)).toMatchObject({ epochs: 8, model: { name: "small_cnn", dropout: 0 }, token: "" });
  expect(changes(suited, { epochs: 8, model: { name: "resnet18", dropout: 0 } })).toBe(1);
});
