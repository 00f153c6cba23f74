import type { Metrics } from "@/api/types";

/** The figure that a model's task is judged by, with its name; null where nothing was measured. */
export function headline(metrics: Metrics | undefined | null): { name: string; value: number } | null {
  const metric = metrics?.metric;
  if (metric && metric.value !== null) return { name: metric.name, value: metric.value };
  return metrics?.accuracy === undefined ? null : { name: "accuracy", value: metrics.accuracy };
}
