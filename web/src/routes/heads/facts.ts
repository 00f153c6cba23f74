import type { TrainedHead } from "@/api/heads";
import type { Columns } from "@/plot/curves";

/** Measures of one class on images that the head did not learn from. */
export interface ClassFigures {
  readonly name: string;
  readonly background: boolean;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** How good a head is; nothing was held out where the figures are null. */
export interface HeadFigures {
  readonly accuracy: number | null;
  readonly macro_f1: number | null;
  readonly log_loss: number | null;
  readonly ece: number | null;
  readonly rows: number;
  readonly classes: readonly ClassFigures[];
}

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** The figures that a training tells; `classes` lie apart on a card. */
export function figuresOf(metrics: Readonly<Record<string, unknown>>, classes: unknown = metrics.classes): HeadFigures {
  return {
    accuracy: number(metrics.accuracy),
    macro_f1: number(metrics.macro_f1),
    log_loss: number(metrics.log_loss),
    ece: number(metrics.ece),
    rows: number(metrics.rows) ?? 0,
    classes: Array.isArray(classes) ? (classes as ClassFigures[]) : [],
  };
}

/** The figures on a card; those of a converted head are not known. */
export const onCard = (head: TrainedHead): HeadFigures =>
  figuresOf(head.metrics, (head.head.facts as { classes?: unknown } | undefined)?.classes);

/** What stands on a head's card, as rows for people. */
export function cardOf(head: TrainedHead): readonly (readonly [string, string])[] {
  const told = head.head;
  const sizes = Array.isArray(told.sizes) ? told.sizes.map(String).join(" → ") : "";
  const crop = (told.crop ?? {}) as { padding?: number; square?: boolean };
  const guard = (told.guard ?? {}) as Record<string, number>;
  const share = (value: number | undefined) => (value ?? 0).toFixed(2);
  return [
    ["Encoder", String(told.encoder)],
    ["Layers", sizes],
    ["Vectors are", NORMALISED[String(told.normalise)] ?? String(told.normalise)],
    ["A box is cut", crop.square ? `square, ${share(crop.padding)} around it` : `${share(crop.padding)} around it`],
    ["Temperature", head.temperature.toFixed(2)],
    [
      "Taken without asking",
      `from ${share(guard.min_prob)}, ${share(guard.margin)} ahead, ${share(guard.bg_margin)} above background`,
    ],
    ["Trained on", head.project === "" ? head.source || "–" : head.project],
    ["Hash", head.blake3.slice(0, 16)],
  ];
}

const NORMALISED: Readonly<Record<string, string>> = {
  none: "taken as they are",
  l2: "brought to length 1",
  standard: "brought to mean 0 and deviation 1",
};

/** Files that only another tool writes. */
export const isPickle = (name: string): boolean => /\.(pkl|pickle|joblib|bin|pt|pth)$/i.test(name);

/** A step of a fit, as its job tells it. */
export interface Step {
  readonly phase: string;
  readonly step: number;
  readonly loss?: number | null;
  readonly val_loss?: number | null;
  readonly val_accuracy?: number | null;
}

/** The last fit of a training, as columns: those before it only judged which rows are hard. */
export function columnsOf(points: readonly Step[]): { loss: Columns; accuracy: Columns } {
  const phase = points.at(-1)?.phase;
  const own = points.filter((one) => one.phase === phase);
  const steps = own.map((one) => one.step);
  const of = (key: "loss" | "val_loss" | "val_accuracy") => own.map((one) => one[key] ?? null);
  return { loss: [steps, of("loss"), of("val_loss")], accuracy: [steps, of("val_accuracy")] };
}
