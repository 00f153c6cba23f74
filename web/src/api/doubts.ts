import { client, of, take } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Doubt = Schemas["KeptDoubt"];
export type DoubtsTold = Schemas["DoubtsTold"];

/** Requests about what served models were unsure of. `ids`: null means all. */
export const doubtCalls = {
  all: (project: string) => take(client.GET("/api/projects/{name}/doubts", of(project))),
  take: (project: string, ids: string[] | null) =>
    take(client.POST("/api/projects/{name}/doubts/take", { ...of(project), body: { ids, limit: null } })),
  clear: (project: string, ids: string[] | null) =>
    take(client.POST("/api/projects/{name}/doubts/clear", { ...of(project), body: { ids } })),
};

export const doubtPicture = (project: string, id: string): string =>
  `/api/projects/${encodeURIComponent(project)}/doubts/${id}/picture`;
