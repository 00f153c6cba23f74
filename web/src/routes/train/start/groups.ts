import type { Schema } from "@/forms/schema";
import type { Spec } from "./spec";

/** The sections of the form: which settings stand where. What is not named stands in the last. */
export const GROUPS = [
  { title: "Network", keys: ["model"], open: true },
  {
    title: "Data",
    keys: ["image_size", "resize", "tone", "task", "sampling", "target_precision", "data", "folds", "fold"],
  },
  { title: "Augmentation", keys: ["augment"] },
  { title: "Loss", keys: ["loss"] },
  {
    title: "Schedule",
    keys: ["epochs", "batch_size", "accumulate", "optimizer", "schedule", "early_stopping", "ema", "clip_norm"],
    open: true,
  },
  {
    title: "Running",
    keys: ["seed", "device", "threads", "precision", "memory", "on_nan", "loader", "checkpoint", "track"],
  },
] as const;

/** Filled in by the program: nothing to choose. */
const SILENT = ["version", "preset"];

export const NAMES: Readonly<Record<string, string>> = {
  "model.name": "Network",
  "model.weights": "Weights",
  "optimizer.name": "Optimiser",
  "optimizer.lr": "Learning rate",
  "schedule.name": "Shape",
  "loss.name": "Loss",
  optimizer: "Optimiser",
  schedule: "Learning rate over time",
  early_stopping: "Early stopping",
  loader: "Reading pictures",
  checkpoint: "Checkpoints",
  ema: "Averaged weights (EMA)",
  clip_norm: "Longest gradient",
  precision: "Precision",
  "precision.amp": "Mixed precision (bfloat16)",
  "precision.compile": "Compile the network",
  memory: "Memory",
  on_nan: "When a step is no number",
  track: "Tracking",
  data: "Builds and folds",
  accumulate: "Batches per step",
};

type Parts = Record<string, Schema>;

const only = (properties: Parts, keep: (key: string) => boolean): Parts =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => keep(key)));

/** The schema as the form draws it: with what there is to choose from, without what the program fills in. */
export function drawn(schema: Schema, weights: readonly string[], resuming: boolean): Schema {
  const copy = structuredClone(schema) as Schema & {
    properties?: Parts;
    $defs?: Record<string, { properties?: Parts }>;
  };
  const model = copy.$defs?.ModelPart?.properties;
  if (model?.weights) model.weights = { ...model.weights, examples: ["random", ...weights] };
  if (model?.name) delete model.name.examples;
  const free = Array.isArray(schema.resumable) ? schema.resumable.map(String) : [];
  const shown = (key: string) => !SILENT.includes(key) && (!resuming || free.includes(key));
  if (copy.properties) copy.properties = only(copy.properties, shown);
  return copy;
}

/** The part of a spec that the form draws. */
export const shownOf = (schema: Schema, spec: Spec): Spec => {
  const properties = (schema.properties ?? {}) as Parts;
  return Object.fromEntries(Object.entries(spec).filter(([key]) => key in properties));
};
