import { expect, test } from "vitest";
import type { DoubtsTold } from "@/api/doubts";
import { percent } from "@/ui/format";
import { moved, said, why } from "./words";

test("an answer is a class with its probability, objects, or no tag", () => {
  expect(said({ answer: { label: "cat", probability: 0.516 } })).toBe(`cat ${percent(0.516, 0)}`);
  expect(said({ answer: { objects: [{}, {}] } })).toBe("2 objects");
  expect(said({ answer: { objects: [{}] } })).toBe("1 object");
  expect(said({ answer: { label: null, probability: 0.2 } })).toBe("none of its tags");
});

test("reasons are told in words, those of a newer server as they are", () => {
  expect(why({ reasons: ["margin", "odd"] })).toBe("two classes are close, unlike what it knows");
  expect(why({ reasons: ["new"] })).toBe("new");
});

test("a stream without a verdict has not moved", () => {
  const told = (model_name: string, alarm: boolean | null) =>
    ({ model_name, drift: alarm === null ? null : { alarm, p: 0, statistic: 1, window: 1 } }) as DoubtsTold;
  expect(moved([told("a", null), told("b", false), told("c", true)])).toEqual(["c"]);
});
