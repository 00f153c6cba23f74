import { client, take } from "@/api/client";
import type { ExportWish } from "@/api/types";

const by = (ref: string) => ({ params: { path: { ref } } });

/** Forms of models for others to run. */
export const exporting = {
  forms: (ref: string) => take(client.GET("/api/models/{ref}/forms", by(ref))),
  start: (ref: string, body: ExportWish) => take(client.POST("/api/models/{ref}/export", { ...by(ref), body })),
};
