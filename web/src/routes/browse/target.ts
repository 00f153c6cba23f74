import type { Head } from "@/api/types";
import { count, percent } from "@/ui/format";

/** What a head is judged by: its accuracy, or the mean F1 of its tags. */
export const figure = (head: Head): number | null => (head.task === "multi" ? head.macro_f1 : head.accuracy) ?? null;

export const measured = (head: Head): string =>
  head.task === "multi"
    ? `Mean F1 of the tags ${percent(head.macro_f1)} on held-out labels`
    : `${percent(head.accuracy)} on held-out labels`;

/** A number of which two digits mean something. */
export function about(labels: number): string {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, labels))) - 1);
  return count(Math.round(labels / size) * size);
}

/** How far the target is, in a few words. */
export function distance(head: Head): string {
  const estimate = head.estimate;
  if (!estimate) return "";
  if (estimate.reached) return "target reached";
  if (estimate.labels_more !== null) return `about ${about(estimate.labels_more)} more labels`;
  return estimate.at_most === null ? "too early to tell" : `levels off at ${percent(estimate.at_most, 0)}`;
}
