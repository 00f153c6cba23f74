import type { SplitReport, Task } from "@/api/types";
import { fixed, percent } from "@/ui/format";

/** The figures of a split in a sentence, those that its task is judged by first. */
export function figures(data: SplitReport, task: Task): string {
  const shares: readonly (readonly [string, number | undefined])[] = {
    single: [["accuracy", data.accuracy] as const, ["macro F1", data.macro_f1] as const],
    multi: [
      ["mAP", data.map] as const,
      ["macro F1", data.macro_f1] as const,
      ["micro F1", data.micro_f1] as const,
      ["every tag right", data.subset_accuracy] as const,
      ["right yes and no", data.accuracy] as const,
    ],
    embedding: [
      ["recall@1", data.recall_at_1] as const,
      ["recall@5", data.recall_at_5] as const,
      ["recall@10", data.recall_at_10] as const,
      ["nearest class direction right", data.class_accuracy] as const,
    ],
  }[task];
  const losses = [
    ["log loss", data.log_loss],
    ["calibration error", data.ece],
  ] as const;
  return [
    ...shares.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${percent(value)}`),
    ...losses.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${fixed(value)}`),
  ].join(", ");
}
