import type { Doubt, DoubtsTold } from "@/api/doubts";
import { percent } from "@/ui/format";

const REASONS: Readonly<Record<string, string>> = {
  conformal: "not exactly one class is likely",
  margin: "two classes are close",
  box: "a box is unsure",
  odd: "unlike what it knows",
};

/** Why a picture was kept, in words. */
export const why = (doubt: Pick<Doubt, "reasons">): string =>
  doubt.reasons.map((reason) => REASONS[reason] ?? reason).join(", ");

/** What the model said: a class with its probability, or how many objects. */
export function said({ answer }: Pick<Doubt, "answer">): string {
  const { label, probability, objects } = answer as { label?: unknown; probability?: unknown; objects?: unknown };
  if (Array.isArray(objects)) return objects.length === 1 ? "1 object" : `${objects.length} objects`;
  const sure = typeof probability === "number" ? ` ${percent(probability, 0)}` : "";
  return typeof label === "string" ? label + sure : "none of its tags";
}

/** Models whose stream has moved away from what they learned from. */
export const moved = (told: readonly DoubtsTold[]): readonly string[] =>
  told.filter((one) => one.drift?.alarm).map((one) => one.model_name);
