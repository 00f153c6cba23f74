import { client, take } from "./client";
import { refusal, unreachable } from "./http";
import type * as t from "./types";

const of = (media_id: string) => ({ params: { path: { media_id } } });

/** What is done with what is sent, before anything is stored. */
export interface Terms {
  readonly retention: "keep" | "hours" | "never";
  readonly hours: number;
  readonly faces: boolean;
  /** Shares of the picture: left, top, right, bottom. */
  readonly regions: readonly (readonly [number, number, number, number])[];
}

function query(name: string, { retention, hours, faces, regions }: Terms): string {
  const asked = new URLSearchParams({ name, retention, blur_faces: String(faces) });
  if (retention === "hours") asked.set("hours", String(hours));
  for (const region of regions) asked.append("blur", region.join(","));
  return asked.toString();
}

/** Sends a file and tells how far it is, 0 to 1; fetch tells nothing of that. */
function upload(file: File, terms: Terms, told: (share: number) => void, signal: AbortSignal): Promise<t.Medium> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/upload?${query(file.name, terms)}`);
    request.responseType = "json";
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) told(loaded / total);
    };
    request.onload = () => {
      const said: unknown = request.response;
      if (request.status >= 200 && request.status < 300) resolve(said as t.Medium);
      else reject(refusal(request.status, said));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** Media: what is watched. */
export const media = {
  engines: () => take(client.GET("/api/narration/engines")),
  languages: () => take(client.GET("/api/narration/languages")),
  faces: () => take(client.GET("/api/media/faces")),
  list: () => take(client.GET("/api/media")),
  status: (id: string) => take(client.GET("/api/status/{media_id}", of(id))),
  upload,
  open: (source: string, name: string, { retention, hours, faces, regions }: Terms) =>
    take(
      client.POST("/api/media", {
        body: {
          source,
          name,
          retention,
          hours: retention === "hours" ? hours : null,
          blur_faces: faces,
          blur: regions.map((one) => [...one]),
        },
      }),
    ),
  annotate: (id: string, lang: string) =>
    take(client.POST("/api/media/{media_id}/annotated", { ...of(id), body: { lang, captions: true } })),
  erase: (id: string) => take(client.DELETE("/api/media/{media_id}", of(id))),
};

export const mediaUrls = {
  file: (id: string) => `/api/media/${encodeURIComponent(id)}/file`,
  /** A frame as JPEG, upright, whatever the file is. */
  still: (id: string, at_s: number, px = 1280) => `/api/media/${encodeURIComponent(id)}/still?at_s=${at_s}&px=${px}`,
  texts: (id: string, kind: "srt" | "vtt" | "jsonl") => `/api/media/${encodeURIComponent(id)}/texts.${kind}`,
  annotated: (id: string) => `/api/media/${encodeURIComponent(id)}/annotated`,
};
