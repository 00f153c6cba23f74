import type { FormGroup } from "@/forms/SchemaForm";
import type { Schema } from "@/forms/schema";

/** The sections of the form, as a person thinks of them. */
export const GROUPS: readonly FormGroup[] = [
  { title: "What is trained", keys: ["name", "of", "encoder", "head"], open: true },
  { title: "How boxes are cut", keys: ["padding", "square", "min_side_px", "normalise"] },
  { title: "Logistic regression", keys: ["solver", "c", "max_iter", "tol"] },
  {
    title: "MLP",
    keys: [
      "sizes",
      "dropout",
      "epochs",
      "lr",
      "weight_decay",
      "batch_size",
      "label_smoothing",
      "mixup",
      "balanced_sampler",
      "patience",
    ],
  },
  {
    title: "Which rows count",
    keys: ["class_weight", "oversample", "hard_examples", "background", "background_share"],
  },
  {
    title: "Measuring and the rest",
    keys: ["val_share", "temperature", "seed", "warm_start", "reuse_cache", "device"],
  },
];

export const NAMES: Readonly<Record<string, string>> = {
  of: "Learns from",
  c: "C",
  min_side_px: "Shortest side",
  lr: "Learning rate",
  val_share: "Held out",
  warm_start: "Begin from head",
  reuse_cache: "Reuse vectors",
  hard_examples: "Hard examples",
  class_weight: "Class weights",
  background: "Background classes",
  background_share: "Background crops",
  tol: "Tolerance",
  max_iter: "Most steps",
  temperature: "Calibrate",
  mixup: "Mixup",
};

const OF_LOGISTIC = "Logistic regression";
const OF_MLP = "MLP";

const otherThan = (head: unknown): string => (head === "mlp" ? OF_LOGISTIC : OF_MLP);

/** Only the section of the head that is chosen. */
export const groupsFor = (head: unknown): FormGroup[] => GROUPS.filter((group) => group.title !== otherThan(head));

/** Settings, or their schemas, without those of the other kind of head. */
export function ownOf<T>(head: unknown, values: Readonly<Record<string, T>>): Record<string, T> {
  const others = GROUPS.find((group) => group.title === otherThan(head))?.keys ?? [];
  return Object.fromEntries(Object.entries(values).filter(([key]) => !others.includes(key)));
}

/** The schema with the encoders and heads there are to choose from. */
export function drawn(schema: Schema, encoders: readonly string[], heads: readonly string[]): Schema {
  const properties = { ...(schema.properties as Record<string, Schema>) };
  const choose = (key: string, among: readonly string[]) => {
    const field = properties[key];
    if (field) properties[key] = { ...field, enum: among };
  };
  choose("encoder", ["auto", ...encoders]);
  const { sizes } = properties;
  if (sizes) properties.sizes = { type: "string", description: sizes.description, pattern: "^[0-9 ,]*$" };
  const from = properties.warm_start;
  if (from) properties.warm_start = { ...from, examples: heads };
  return { ...schema, properties };
}

type Spec = Readonly<Record<string, unknown>>;

/** Widths of layers are typed as one text: `512, 256`. */
export const asTyped = (spec: Spec): Spec => ({
  ...spec,
  sizes: Array.isArray(spec.sizes) ? spec.sizes.join(", ") : spec.sizes,
});

/** What the server takes of what was typed. */
export const asSent = (spec: Spec): Record<string, unknown> => ({
  ...spec,
  sizes: typeof spec.sizes === "string" ? (spec.sizes.match(/\d+/g) ?? []).map(Number) : spec.sizes,
});
