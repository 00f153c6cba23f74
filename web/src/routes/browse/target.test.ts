import { describe, expect, it } from "vitest";
import type { Head } from "@/api/types";
import { about, distance, figure, measured } from "./target";

const estimate = {
  target: 0.95,
  reached: false,
  labels_more: 43,
  low: 20,
  high: 90,
  accuracy_now: 0.86,
  at_most: 0.97,
  text: "",
  labels: 80,
  curve: [],
  ahead: [],
};
const head = { task: "single", accuracy: 0.861, macro_f1: 0.5, estimate } as unknown as Head;

describe("the way to the target", () => {
  it("is told in a few words", () => {
    expect(distance(head)).toBe("about 43 more labels");
    expect(distance({ ...head, estimate: { ...estimate, reached: true } })).toBe("target reached");
    expect(distance({ ...head, estimate: { ...estimate, labels_more: null } })).toBe("levels off at 97 %");
    expect(distance({ ...head, estimate: { ...estimate, labels_more: null, at_most: null } })).toBe(
      "too early to tell",
    );
    expect(distance({ ...head, estimate: null })).toBe("");
  });

  it("keeps two digits of a number", () => {
    expect([3, 43, 438, 1290, 12_950].map(about)).toEqual(["3", "43", "440", "1,300", "13,000"]);
  });

  it("is measured by accuracy, or by F1 where images have tags", () => {
    expect(figure(head)).toBe(0.861);
    expect(figure({ ...head, task: "multi" })).toBe(0.5);
    expect(measured(head)).toBe("86.1 % on held-out labels");
    expect(measured({ ...head, task: "multi" })).toBe("Mean F1 of the tags 50.0 % on held-out labels");
  });
});
