import { expect, it } from "vitest";
import type { LabelState } from "@/api/types";
import { changeText, stateText } from "./states";

const looks = new Map([
  [1, { name: "cat" }],
  [2, { name: "dog" }],
]);
const blank: LabelState = {
  status: "unlabelled",
  class_id: null,
  tags: [],
  split: "train",
  review: "todo",
  objects: 0,
};
const cat: LabelState = { ...blank, status: "labelled", class_id: 1 };

it("says a state in words", () => {
  expect(stateText(blank, looks)).toBe("unlabelled");
  expect(stateText(cat, looks)).toBe("cat");
  expect(stateText({ ...cat, tags: [2, 9] }, looks)).toBe("cat + dog + class 9");
  expect(stateText({ ...blank, status: "labelled" }, looks)).toBe("none of these");
  expect(stateText({ ...cat, status: "conflict" }, looks)).toBe("labels disagree");
  expect(stateText(null, looks)).toBe("not there");
});
it("says a change, also of the split alone", () => {
  expect(changeText(blank, cat, looks)).toBe("unlabelled → cat");
  expect(changeText(cat, { ...cat, split: "test" }, looks)).toBe("train → test");
  expect(changeText(cat, cat, looks)).toBe("cat");
});
