import { expect, test } from "vitest";
import type { TrainedHead } from "@/api/heads";
import { cardOf, columnsOf, figuresOf, isPickle, onCard } from "./facts";

const head = {
  id: "a",
  name: "pets",
  created_at: "",
  classes: ["cat"],
  dim: 3,
  temperature: 1.25,
  project: "",
  source: "pets.pkl",
  metrics: {},
  head: {
    encoder: "hog",
    sizes: [3, 8, 1],
    normalise: "l2",
    crop: { padding: 0.1, square: true },
    guard: { min_prob: 0.5, margin: 0.2, bg_margin: 0.1 },
  },
  bytes: 1,
  path: "",
  blake3: "0123456789abcdef0123",
  fault: "",
  used: [],
  notes: [],
  meta: null,
} satisfies TrainedHead;

test("a card says what a head stands on and when it is taken without asking", () => {
  const card = Object.fromEntries(cardOf(head));
  expect(card.Layers).toBe("3 → 8 → 1");
  expect(card["Vectors are"]).toBe("brought to length 1");
  expect(card["A box is cut"]).toBe("square, 0.10 around it");
  expect(card["Taken without asking"]).toContain("0.20 ahead");
  expect(card["Trained on"]).toBe("pets.pkl");
});

test("figures that nobody measured are none", () => {
  expect(figuresOf({})).toEqual({ accuracy: null, macro_f1: null, log_loss: null, ece: null, rows: 0, classes: [] });
  expect(figuresOf({ macro_f1: 0.5, rows: 4 }).macro_f1).toBe(0.5);
});

test("pickles are told from heads by their names", () => {
  expect(["a.PKL", "a.joblib", "a.meta.pkl"].every(isPickle)).toBe(true);
  expect(["a.zip", "a.safetensors", "pkl"].some(isPickle)).toBe(false);
});

test("the figures of a card's classes lie with its facts", () => {
  const one = { name: "cat", background: false, precision: 1, recall: 1, f1: 1, support: 2 };
  const told = { ...head, metrics: { accuracy: 0.5 }, head: { ...head.head, facts: { classes: [one] } } };
  expect(onCard(told)).toMatchObject({ accuracy: 0.5, classes: [one] });
});

test("curves are those of the last fit", () => {
  const points = [
    { phase: "judging", step: 1, loss: 9 },
    { phase: "fitting", step: 1, loss: 3, val_loss: 4, val_accuracy: 0.5 },
    { phase: "fitting", step: 2, loss: 2 },
  ];
  const { loss, accuracy } = columnsOf(points);
  expect(loss).toEqual([
    [1, 2],
    [3, 2],
    [4, null],
  ]);
  expect(accuracy).toEqual([
    [1, 2],
    [0.5, null],
  ]);
  expect(columnsOf([]).loss).toEqual([[], [], []]);
});
