import createClient from "openapi-fetch";
import { ApiError, isAbort, refusal, unreachable } from "./http";
import type { paths } from "./schema";

/** How requests are sent; `calls.ts` and the files beside it say which there are. */
export const client = createClient<paths>({ baseUrl: "", credentials: "same-origin" });

export interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Gives the answer, or throws an ApiError (an aborted request throws as fetch does). */
export async function take<T>(asked: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>;
  try {
    answer = await asked;
  } catch (error) {
    if (isAbort(error) || error instanceof ApiError) throw error;
    throw unreachable();
  }
  if (!answer.response.ok) throw refusal(answer.response.status, answer.error);
  return answer.data as T;
}

export async function answered<T>(response: Response): Promise<Answered<T>> {
  const said: unknown = await response.json().catch(() => null);
  return response.ok ? { data: said as T, response } : { error: said, response };
}

/** Uploads; openapi-fetch would write the form as JSON. */
export async function sendFiles<T>(url: string, list: readonly File[]): Promise<T> {
  const body = new FormData();
  for (const file of list) body.append("files", file, file.name);
  return take<T>(fetch(url, { method: "POST", body, credentials: "same-origin" }).then(answered<T>));
}

export const of = (name: string) => ({ params: { path: { name } } });
