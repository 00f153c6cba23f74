import type { Run } from "@/api/types";

/** Lines that can be told apart: by colour, then by dash. */
export const COLOURS = ["--accent", "--warn", "--good", "--bad", "--muted", "--text"] as const;
export const DASHES: readonly (number[] | undefined)[] = [undefined, [6, 4]];

/** What a training is called beside others: its network, with its place where several share one. */
export function nameOf(runs: readonly Pick<Run, "network">[], at: number): string {
  const network = runs[at]?.network ?? "";
  const same = runs.filter((run) => run.network === network).length > 1;
  return same ? `${at + 1}. ${network}` : network;
}
