import { answered, client, of, take, type Answered } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
/** The server leaves out nothing that has a default. */
export type TrainedHead = Required<Schemas["TrainedHead"]>;
export type HeadInUse = Required<Schemas["HeadInUse"]>;
export type HeadsInUse = Record<"boxes" | "images", HeadInUse | null>;
export type HeadComparison = Schemas["HeadComparison"];
export type HeadUse = "boxes" | "images" | "both";

const asHead = (ref: string) => ({ params: { path: { ref } } });

/** What a file is taken in with: metadata and names belong to a pickle alone. */
export interface HeadFiles {
  readonly head: File;
  readonly meta: File | null;
  readonly labelmap: File | null;
  readonly encoder: string;
  readonly name: string;
}

/** Requests of the page Heads. */
export const headCalls = {
  all: async () => (await take(client.GET("/api/heads"))) as TrainedHead[],
  inUse: async (project: string) =>
    (await take(client.GET("/api/projects/{name}/heads/active", of(project)))) as HeadsInUse,
  activate: (project: string, head: string | null, use: HeadUse) =>
    take(client.POST("/api/projects/{name}/heads/activate", { ...of(project), body: { head, use } })),
  options: (project: string) => take(client.GET("/api/projects/{name}/heads/options", of(project))),
  train: (project: string, body: Schemas["NewHeadTraining"]) =>
    take(client.POST("/api/projects/{name}/heads/train", { ...of(project), body })),
  curve: (job_id: string) => take(client.GET("/api/heads/curves/{job_id}", { params: { path: { job_id } } })),
  compare: (project: string, body: Schemas["NewHeadBenchmark"]) =>
    take(client.POST("/api/projects/{name}/heads/benchmark", { ...of(project), body })),
  compared: (project: string) => take(client.GET("/api/projects/{name}/heads/benchmark", of(project))),
  remove: (ref: string) => take(client.DELETE("/api/heads/{ref}", asHead(ref))),
  add: (files: HeadFiles) => {
    const body = new FormData();
    body.append("files", files.head, files.head.name);
    if (files.meta) body.append("meta", files.meta, files.meta.name);
    if (files.labelmap) body.append("labelmap", files.labelmap, files.labelmap.name);
    body.append("encoder", files.encoder);
    body.append("name", files.name);
    const sent: Promise<Answered<TrainedHead>> = fetch("/api/heads", {
      method: "POST",
      body,
      credentials: "same-origin",
    }).then(answered<TrainedHead>);
    return take(sent);
  },
};

export const headFile = (ref: string): string => `/api/heads/${encodeURIComponent(ref)}/file`;

export const headKeys = {
  all: ["models", "heads"] as const,
  inUse: (project: string) => ["project", project, "heads", "active"] as const,
  options: (project: string) => ["project", project, "heads", "options"] as const,
  curve: (job: string) => ["jobs", job, "head-curve"] as const,
  compared: (project: string) => ["project", project, "heads", "compared"] as const,
};
