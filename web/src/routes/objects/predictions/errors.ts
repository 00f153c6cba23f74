import type { DetectionError, DetectionFault, DetectionReport } from "@/api/types";

export const FAULTS: readonly { readonly fault: DetectionFault; readonly name: string; readonly about: string }[] = [
  { fault: "missed", name: "missed", about: "drawn, and nothing predicted there" },
  { fault: "extra", name: "extra", about: "predicted, and nothing drawn there: is a label missing?" },
  { fault: "wrong_class", name: "wrong class", about: "the place is right, the class is not" },
  { fault: "badly_placed", name: "badly placed", about: "the class is right, the overlap too small" },
  { fault: "duplicate", name: "duplicate", about: "what it shows was found already" },
];

export const nameOfFault = (fault: string): string => FAULTS.find((one) => one.fault === fault)?.name ?? fault;

/** Which errors are meant, as the server reads it: a kind, ids of the true and of the predicted class. */
export interface Meant {
  readonly fault: DetectionFault | null;
  readonly truth: number | null;
  readonly said: number | null;
}

export const all: Meant = { fault: null, truth: null, said: null };

export function writeMeant({ fault, truth, said }: Meant): string {
  return [fault ?? "", truth ?? "", said ?? ""].join(":").replace(/:+$/, "");
}

export function readMeant(text: string | null): Meant {
  const [fault = "", truth = "", said = ""] = (text ?? "").split(":");
  const id = (part: string) => (/^\d+$/.test(part) ? Number(part) : null);
  return { fault: FAULTS.find((one) => one.fault === fault)?.fault ?? null, truth: id(truth), said: id(said) };
}

type Cell = DetectionReport["confusion"][number];
export interface Shown {
  readonly id: number | null;
  readonly name: string;
}

export const NOTHING = "nothing";

/** The classes that are mixed up most, at most so many, and what is left of the matrix: rows are what is true. */
export function matrixOf(cells: readonly Cell[], most: number): { classes: Shown[]; matrix: number[][]; left: number } {
  const weight = new Map<number, { name: string; wrong: number; count: number }>();
  const put = (id: number | null, name: string | null, wrong: number, count: number) => {
    if (id === null) return;
    const had = weight.get(id) ?? { name: name ?? "", wrong: 0, count: 0 };
    weight.set(id, { name: had.name, wrong: had.wrong + wrong, count: had.count + count });
  };
  for (const { truth_id, truth, said_id, said, count } of cells) {
    const wrong = truth_id !== null && said_id !== null && truth_id !== said_id ? count : 0;
    put(truth_id, truth, wrong, count);
    put(said_id, said, wrong, truth_id === said_id ? 0 : count);
  }
  const order = [...weight.entries()].sort(([, a], [, b]) => b.wrong - a.wrong || b.count - a.count);
  const classes: Shown[] = [
    ...order
      .slice(0, most)
      .map(([id, { name }]) => ({ id, name }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    { id: null, name: NOTHING },
  ];
  const place = new Map(classes.map((one, at) => [one.id, at]));
  const matrix = classes.map(() => classes.map(() => 0));
  for (const { truth_id, said_id, count } of cells) {
    const row = matrix[place.get(truth_id) ?? -1];
    const column = place.get(said_id);
    if (row && column !== undefined) row[column] = count;
  }
  return { classes, matrix, left: Math.max(0, order.length - most) };
}

/** The errors behind a cell of the confusion; null: it counts what is right. */
export function meantBy(truth: Shown, said: Shown): Meant | null {
  if (truth.id === said.id) return null;
  if (said.id === null) return { fault: "missed", truth: truth.id, said: null };
  if (truth.id === null) return { fault: null, truth: null, said: said.id };
  return { fault: "wrong_class", truth: truth.id, said: said.id };
}

/** What an error says, in words. */
export function told({ error, truth, said, score, iou }: DetectionError): string {
  const sure = score === null ? "" : ` (${score.toFixed(2)})`;
  switch (error) {
    case "missed":
      return `${truth ?? "?"} was missed`;
    case "extra":
      return `${said ?? "?"}${sure}, nothing drawn`;
    case "wrong_class":
      return `${truth ?? "?"} taken for ${said ?? "?"}${sure}`;
    case "badly_placed":
      return `${said ?? "?"}${sure}, overlap ${iou.toFixed(2)}`;
    case "duplicate":
      return `${said ?? "?"}${sure}, once more`;
  }
}

/** The smallest rectangle about what is drawn and what was predicted. */
export function boundsOfError({ truth_box, said_box }: DetectionError): number[] {
  const boxes = [truth_box, said_box].filter((one): one is number[] => one !== null);
  const pick = (at: number, how: (...values: number[]) => number) => how(...boxes.map((one) => one[at] ?? 0));
  return [pick(0, Math.min), pick(1, Math.min), pick(2, Math.max), pick(3, Math.max)];
}

/** Where predictions came from, as a person calls it. */
export const sourceName = (predictions: string): string =>
  predictions.startsWith("suggestions:")
    ? predictions.slice("suggestions:".length)
    : (predictions.split(/[\\/]/).at(-1) ?? predictions);
