import type { Problem } from "./types";

/** A refusal by the server, with the next step in `hint`; status 0 means that it was not reached. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(
    readonly status: number,
    problem: Partial<Problem>,
    /** The whole problem document: a conflict carries the current state. */
    readonly body: unknown = null,
  ) {
    super(problem.message ?? "The server refused without saying why.");
    this.name = "ApiError";
    this.code = problem.code ?? "unknown";
    this.hint = problem.hint ?? "";
  }

  /** True when trying again later can help: not reached, overloaded, restarting or full. */
  get passing(): boolean {
    return this.status === 0 || [408, 429, 502, 503, 504, 507].includes(this.status);
  }
}

export const unreachable = (): ApiError =>
  new ApiError(0, {
    code: "unreachable",
    message: "The server does not answer.",
    hint: "Is it still running? Start it again with `python3 run.py`; what you did here is kept until then.",
  });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Reads a problem document, however broken. */
export function refusal(status: number, body: unknown): ApiError {
  const problem = isRecord(body) ? (body as Partial<Problem>) : {};
  const message = typeof problem.message === "string" ? problem.message : `The server answered ${status}.`;
  return new ApiError(status, { ...problem, message }, body);
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";
