/** Which server shows the page: the workspace's own, or `serve`. */
export type Server = "api" | "serve";

export interface Found {
  readonly label: string;
  readonly score: number;
  /** x1, y1, x2, y2, pixels of the upright picture. */
  readonly box: readonly [number, number, number, number];
}

/** Where a class was seen: a grid over all of the picture, 8 bits a cell in base64. */
export interface Heat {
  readonly width: number;
  readonly height: number;
  readonly cells: string;
}

export interface Answer {
  readonly heat?: Heat | null;
  readonly label?: string | null;
  readonly probability?: number | null;
  readonly probabilities?: Readonly<Record<string, number>> | null;
  readonly tags?: readonly string[] | null;
  readonly objects?: readonly Found[] | null;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly ms: number;
}

export interface About {
  readonly name: string;
  readonly kind: string;
  readonly classes: readonly string[];
  readonly precision?: string;
  readonly forced?: boolean;
}

/** A request that was refused, with the next step. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly hint = "",
  ) {
    super(message);
  }
}

/** Where to ask about a model, and where about a picture. */
export function places(server: Server, model: string): { readonly about: string; readonly answer: string } {
  const name = encodeURIComponent(model);
  return server === "serve"
    ? { about: `/v1/models/${name}`, answer: `/v1/predict?model=${name}` }
    : { about: `/api/models/${name}/demo`, answer: `/api/models/${name}/answer` };
}

/** The model's name, from the address /demo/NAME. */
export function modelOf(path: string): string {
  const name = path.replace(/^\/demo\//, "").replace(/\/+$/, "");
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The same question for a terminal. */
export function curl(origin: string, place: string, file: string, keyed: boolean): string {
  const key = keyed ? ' -H "X-API-Key: $KEY"' : "";
  return `curl${key} --data-binary @${/^[\w.-]+$/.test(file) ? file : quoted(file)} ${quoted(origin + place)}`;
}

async function asked<T>(url: string, key: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  if (key) headers.set("X-API-Key", key);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, credentials: "same-origin" });
  } catch {
    throw new Refused("The server does not answer.", 0, "Is it still running?");
  }
  const told: unknown = await response.json().catch(() => null);
  if (response.ok) return told as T;
  const { message, hint } = (told ?? {}) as { message?: string; hint?: string };
  throw new Refused(message ?? `The server answered ${response.status}.`, response.status, hint ?? "");
}

export const about = (place: string, key: string): Promise<About> => asked<About>(place, key);

export const answer = (place: string, key: string, picture: Blob): Promise<Answer> =>
  asked<Answer>(place, key, {
    method: "POST",
    body: picture,
    headers: { "Content-Type": "application/octet-stream" },
  });

/** The likeliest classes, best first; at least all tags that are there. */
export function best(found: Answer, most = 8): readonly (readonly [string, number])[] {
  const sorted = Object.entries(found.probabilities ?? {}).sort(([, a], [, b]) => b - a);
  return sorted.slice(0, Math.max(most, found.tags?.length ?? 0));
}

/** The answer in a sentence, for those who hear it. */
export function spoken(found: Answer): string {
  if (found.objects) {
    const counts = new Map<string, number>();
    for (const one of found.objects) counts.set(one.label, (counts.get(one.label) ?? 0) + 1);
    if (counts.size === 0) return "Nothing was found.";
    return `Found: ${[...counts].map(([name, many]) => (many === 1 ? name : `${name} ${many} times`)).join(", ")}.`;
  }
  if (found.tags) return found.tags.length > 0 ? `Tags: ${found.tags.join(", ")}.` : "None of its tags.";
  return `${found.label ?? "No class"}, ${percent(found.probability ?? 0)}.`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
