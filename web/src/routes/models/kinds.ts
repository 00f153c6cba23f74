import type { Model, ModelKind } from "@/api/types";

/** The kinds of models, in the order in which they are listed, and what one is for. */
export const KINDS: Readonly<Record<ModelKind, { title: string; about: string }>> = {
  classifier: { title: "Classifiers", about: "name what a picture shows" },
  encoder: { title: "Encoders", about: "turn pictures, some also words, into vectors" },
  segmenter: { title: "Segmenters", about: "turn clicks and boxes into shapes" },
  detector: { title: "Detectors", about: "find objects" },
  head: { title: "Heads", about: "small classifiers on an encoder's vectors" },
  captioner: { title: "Captioners", about: "say in a sentence what a picture shows" },
};
export const KIND_NAMES = Object.keys(KINDS) as ModelKind[];

/** Formats that answer as they are. */
const ANSWERING: readonly string[] = ["onnx", "torchscript", "openvino"];

export const isExported = (model: Model): boolean =>
  ANSWERING.includes(model.format ?? "") || model.exports.some((file) => file.endsWith(".onnx"));

/** Whether an ONNX file can be made of it. */
export const isExportable = (model: Model): boolean =>
  model.kind === "classifier" ||
  (model.kind === "encoder" && model.task === "embedding") ||
  (model.kind === "segmenter" && model.format === "transformers");
