import type { Load, LoadSample } from "@/api/types";

/** One measure of the machine: what it is now, and how it was, as shares of its most. */
export interface Strip {
  readonly name: string;
  readonly now: string;
  /** 0 to 1, oldest first. */
  readonly shares: readonly number[];
}

const GB = 1024;
const size = (mb: number): string => `${(mb / GB).toFixed(1)} GB`;
const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);
const of = (part: number | null, whole: number | null): string =>
  part === null ? "not told" : whole === null ? size(part) : `${(part / GB).toFixed(1)} of ${size(whole)}`;

/** What a machine is busy with, in one line. */
export function inWords(load: Load): string {
  const cards = load.gpus.map((one) => (one.percent === null ? one.name : `${one.name} ${Math.round(one.percent)} %`));
  const memory = `${of(load.memory_used_mb, load.memory_total_mb)} memory`;
  return [`Processors ${Math.round(load.cpu_percent)} %`, memory, ...cards].join(" · ");
}

/** Samples of a training as strips: processors, memory, the training's own part, each card. */
export function strips(samples: readonly LoadSample[]): Strip[] {
  const last = samples.at(-1);
  if (!last) return [];
  const line = (of: (one: LoadSample) => number) => samples.map(of);
  const cards = last.gpus.flatMap((card, i): Strip[] => [
    {
      name: card.name,
      now: card.percent === null ? "not told" : `${Math.round(card.percent)} %`,
      shares: line((one) => share(one.gpus[i]?.percent ?? 0, 100)),
    },
    {
      name: `${card.name}: memory`,
      now: of(card.memory_used_mb, card.memory_total_mb),
      shares: line((one) => share(one.gpus[i]?.memory_used_mb ?? 0, one.gpus[i]?.memory_total_mb ?? 0)),
    },
  ]);
  return [
    {
      name: "Processors",
      now: `${Math.round(last.cpu_percent)} % of ${last.cores}`,
      shares: line((one) => share(one.cpu_percent, 100)),
    },
    {
      name: "this training",
      now: `${(last.process_cpu_percent / 100).toFixed(1)} processors`,
      shares: line((one) => share(one.process_cpu_percent, 100 * one.cores)),
    },
    {
      name: "Memory",
      now: of(last.memory_used_mb, last.memory_total_mb),
      shares: line((one) => share(one.memory_used_mb, one.memory_total_mb)),
    },
    {
      name: "this training",
      now: size(last.process_memory_mb),
      shares: line((one) => share(one.process_memory_mb, one.memory_total_mb)),
    },
    ...cards,
  ];
}

/** A line of shares as the points of an SVG of 100 by 100, the newest at the right. */
export const points = (shares: readonly number[]): string =>
  shares
    .map((one, i) => `${((100 * i) / Math.max(1, shares.length - 1)).toFixed(1)},${(100 - 100 * one).toFixed(1)}`)
    .join(" ");

const MOST = 300;

/** Samples with a newer one; what a busy page has heard twice is kept once. */
export function joined(samples: readonly LoadSample[], next: LoadSample): LoadSample[] {
  if (next.at <= (samples.at(-1)?.at ?? 0)) return [...samples];
  return [...samples, next].slice(-MOST);
}
