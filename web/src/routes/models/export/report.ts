import type { ModelForm } from "@/api/types";
import { percent } from "@/ui/format";

export type Format = ModelForm["format"];
export type Precision = ModelForm["precision"];

interface Change {
  readonly points: number;
  readonly low: number;
  readonly high: number;
}

interface Figures {
  readonly top1: number;
  readonly macro_f1: number;
}

export interface Judged {
  readonly split: string;
  readonly images: number;
  readonly figure: "top1" | "macro_f1";
  readonly before: Figures;
  readonly after: Figures;
  readonly change: Readonly<Record<"top1" | "macro_f1", Change>>;
  readonly lost: number;
  readonly limit: number;
  readonly agreement: number;
}

export interface Timed {
  readonly what: "torch" | "onnx" | "this";
  readonly threads: number;
  readonly ms: number;
}

interface Calibration {
  readonly images: number;
  readonly where: string;
  readonly method: string;
  readonly kept_float: readonly string[];
  readonly layers: number;
}

export interface FormFile {
  readonly name: string;
  readonly bytes: number;
  readonly blake3: string;
  readonly sha256: string;
}

/** How a form compares with the model that it was made from. */
export interface Report {
  readonly judged?: Judged | null;
  readonly latency?: {
    readonly rows: readonly Timed[];
    readonly over_torch: number | null;
    readonly over_onnx: number | null;
  };
  readonly parity?: { readonly max_abs?: number };
  readonly size?: { readonly bytes: number; readonly origin_bytes: number };
  readonly files?: readonly FormFile[];
  readonly calibration?: Calibration;
  readonly trials?: readonly { readonly method: string; readonly kept_float: number; readonly lost: number }[];
  readonly notes?: readonly string[];
}

export const FORMATS: Readonly<Record<string, string>> = {
  onnx: "ONNX",
  torchscript: "TorchScript",
  openvino: "OpenVINO",
};
export const PRECISIONS: Readonly<Record<Precision, string>> = {
  float32: "float32",
  int8: "int8",
  "int8-dynamic": "int8, dynamic",
};
export const FIGURES: Readonly<Record<"top1" | "macro_f1", string>> = { top1: "Top-1", macro_f1: "Macro F1" };

/** What a form is, as in `ONNX, int8`. */
export const called = (form: { format: string; precision: Precision }): string =>
  `${FORMATS[form.format] ?? form.format}, ${PRECISIONS[form.precision]}`;

/** Points with their sign: `+0.3`, `−1.2`, `0`. */
export function points(value: number): string {
  const short = Math.abs(value).toFixed(Math.abs(value) < 10 ? 2 : 1);
  if (Number(short) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${short}`;
}

/** The figure that the limit is about, before and after. */
export function headlineOf(judged: Judged): { name: string; before: string; after: string; change: string } {
  const { figure } = judged;
  return {
    name: FIGURES[figure],
    before: percent(judged.before[figure]),
    after: percent(judged.after[figure]),
    change: points(judged.change[figure].points),
  };
}

/** One row for each number of threads, with the columns that were measured. */
export function byThreads(rows: readonly Timed[]): { threads: number; ms: Partial<Record<Timed["what"], number>> }[] {
  const all = [...new Set(rows.map((row) => row.threads))].sort((a, b) => a - b);
  return all.map((threads) => ({
    threads,
    ms: Object.fromEntries(rows.filter((row) => row.threads === threads).map((row) => [row.what, row.ms])),
  }));
}

/** `4.6 × torch`; nothing where it was not measured. */
export function speed(report: Report): string {
  const { over_torch: torch, over_onnx: onnx } = report.latency ?? { over_torch: null, over_onnx: null };
  if (torch !== null) return `${torch.toFixed(1)} × torch`;
  return onnx === null ? "" : `${onnx.toFixed(1)} × ONNX`;
}
