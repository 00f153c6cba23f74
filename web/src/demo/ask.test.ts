import { expect, test } from "vitest";
import { best, curl, modelOf, places, spoken } from "./ask";

test("the model's name is what follows /demo/, decoded", () => {
  expect(modelOf("/demo/cats")).toBe("cats");
  expect(modelOf("/demo/my%20model/")).toBe("my model");
  expect(modelOf("/demo/%E0%A4%A")).toBe("%E0%A4%A");
});

test("both servers are asked at their own addresses", () => {
  expect(places("api", "a b").answer).toBe("/api/models/a%20b/answer");
  expect(places("serve", "a&b")).toEqual({ about: "/v1/models/a%26b", answer: "/v1/predict?model=a%26b" });
});

test("the line for a terminal is quoted, and names a key only where one is asked for", () => {
  expect(curl("http://h:1", "/v1/predict?model=a", "photo.jpg", false)).toBe(
    "curl --data-binary @photo.jpg 'http://h:1/v1/predict?model=a'",
  );
  expect(curl("http://h", "/x", "it's; rm -rf.jpg", true)).toBe(
    "curl -H \"X-API-Key: $KEY\" --data-binary @'it'\\''s; rm -rf.jpg' 'http://h/x'",
  );
});

test("the likeliest come first, and no tag that is there is left out", () => {
  const probabilities = { a: 0.1, b: 0.7, c: 0.2 };
  expect(best({ probabilities, ms: 1 }, 2)).toEqual([
    ["b", 0.7],
    ["c", 0.2],
  ]);
  expect(best({ probabilities, tags: ["a", "b", "c"], ms: 1 }, 1)).toHaveLength(3);
});

test("answers are said in a sentence", () => {
  const box = [0, 0, 1, 1] as const;
  expect(spoken({ label: "cat", probability: 0.912, ms: 1 })).toBe("cat, 91.2 %.");
  expect(spoken({ tags: [], ms: 1 })).toBe("None of its tags.");
  expect(spoken({ objects: [], ms: 1 })).toBe("Nothing was found.");
  const car = { label: "car", score: 0.9, box };
  expect(spoken({ objects: [car, { label: "dog", score: 0.5, box }, car], ms: 1 })).toBe("Found: car 2 times, dog.");
});
