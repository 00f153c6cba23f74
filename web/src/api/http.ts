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

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const problem = isRecord(body) ? (body as Partial<Problem>) : {};
  const message = typeof problem.message === "string" ? problem.message : `The server answered ${response.status}.`;
  return new ApiError(response.status, { ...problem, message }, body);
}

/** Sends one request; throws ApiError on anything but success, and AbortError when aborted. */
export async function send(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await send(url, init);
  return (response.status === 204 ? null : await response.json()) as T;
}

const withBody = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body ?? {}),
});

export const http = {
  get: <T>(url: string, signal?: AbortSignal) => json<T>(url, { signal }),
  post: <T>(url: string, body?: unknown, signal?: AbortSignal) => json<T>(url, { ...withBody("POST", body), signal }),
  put: <T>(url: string, body: unknown) => json<T>(url, withBody("PUT", body)),
  patch: <T>(url: string, body: unknown) => json<T>(url, withBody("PATCH", body)),
  del: <T>(url: string) => json<T>(url, { method: "DELETE" }),
  form: <T>(url: string, form: FormData) => json<T>(url, { method: "POST", body: form }),
};
