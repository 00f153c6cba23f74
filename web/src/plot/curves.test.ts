import { describe, expect, it } from "vitest";
import { accuracyColumns, endOfEpoch, lossColumns, merged, smooth } from "./curves";

const points = [1, 2, 3, 4, 5, 6].map((step) => ({
  step,
  epoch: Math.ceil(step / 3),
  loss: 7 - step,
  acc: step / 10,
  lr: 0.1,
}));

describe("merged", () => {
  it("appends what is new", () => {
    expect(merged(points.slice(0, 2), points.slice(2)).map((point) => point.step)).toEqual([1, 2, 3, 4, 5, 6]);
  });
  it("takes steps that were done again from the newer answer", () => {
    const again = { step: 2, epoch: 1, loss: 99 };
    const all = merged(points, [again]);
    expect(all).toHaveLength(6);
    expect(all[1]?.loss).toBe(99);
  });
});

it("finds where an epoch ended", () => {
  expect(endOfEpoch(points, 1)).toBe(3);
  expect(endOfEpoch(points, 2)).toBe(6);
  expect(endOfEpoch([], 1)).toBe(0);
});

it("smooths without a bias at the start", () => {
  expect(smooth([4, 4, null, 4], 0.9).map((v) => (v === null ? null : Math.round(v * 1e6) / 1e6))).toEqual([
    4,
    4,
    null,
    4,
  ]);
});

it("draws the loss of the batches where it is told, else the mean of the epoch so far", () => {
  const [first, ...rest] = points;
  const columns = lossColumns([{ ...first, step: 1, epoch: 1, batch_loss: 9 }, ...rest], []);
  expect(columns[1]).toEqual([9, 5, 4, 3, 2, 1]);
});

it("puts epochs at the step where they ended", () => {
  const columns = lossColumns(points, [{ epoch: 1, val_loss: 5 }]);
  expect(columns[0]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(columns[3]).toEqual([null, null, 5, null, null, null]);
  expect(accuracyColumns(points, [{ epoch: 2, val_accuracy: 0.5 }])[2]?.at(-1)).toBe(0.5);
});
