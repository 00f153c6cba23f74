import type { Columns } from "./curves";

/** Several lines over one axis: the first column is every x that any has, each other one a line. */
export function overlay(lines: readonly (readonly (readonly [x: number, y: number | null | undefined])[])[]): Columns {
  const rows = new Map<number, (number | null)[]>();
  lines.forEach((line, at) => {
    for (const [x, y] of line) {
      const row = rows.get(x) ?? lines.map(() => null);
      row[at] = y ?? null;
      rows.set(x, row);
    }
  });
  const sorted = [...rows].sort(([a], [b]) => a - b);
  return [sorted.map(([x]) => x), ...lines.map((_, at) => sorted.map(([, row]) => row[at] ?? null))];
}
