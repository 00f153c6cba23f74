import { describe, expect, it } from "vitest";
import { filters, fromAddress, toAddress, toggled, type Asked } from "./asked";

const asked: Asked = {
  queue: "uncertain",
  filter: { class_ids: [3, 4], splits: ["val"], statuses: ["unlabelled", "unsure"], text: "a b" },
  seed: 7,
};

describe("the address", () => {
  it("round-trips", () => {
    expect(fromAddress(toAddress(asked))).toEqual(asked);
  });
  it("is empty for the whole project", () => {
    expect(toAddress(fromAddress(new URLSearchParams())).toString()).toBe("");
  });
  it("leaves out what is not known", () => {
    const read = fromAddress(new URLSearchParams("class=x,2&split=moon&status=labelled"));
    expect(read.filter).toEqual({ class_ids: [2], splits: [], statuses: ["labelled"], text: "" });
  });
});

it("counts filters", () => {
  expect(filters(asked.filter)).toBe(6);
});
it("toggles", () => {
  expect(toggled([1, 2], 2)).toEqual([1]);
  expect(toggled([1], 2)).toEqual([1, 2]);
});
