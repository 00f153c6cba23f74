import { expect, it } from "vitest";
import type { SplitReport } from "@/api/types";
import { figures } from "./figures";

const data = { accuracy: 0.9, macro_f1: 0.8, per_class: [], confusion: [], reliability: [], images: 9 } as SplitReport;

it("says what a task is judged by first, and leaves out what it has no figure for", () => {
  expect(figures({ ...data, log_loss: 0.25, ece: 0.031 }, "single")).toBe(
    "accuracy 90.0 %, macro F1 80.0 %, log loss 0.250, calibration error 0.031",
  );
  expect(figures({ ...data, map: 0.7, micro_f1: 0.75, subset_accuracy: 0.5 }, "multi")).toMatch(
    /^mAP 70.0 %, macro F1/,
  );
  expect(figures({ ...data, recall_at_1: 0.6 }, "embedding")).toBe("recall@1 60.0 %");
});
