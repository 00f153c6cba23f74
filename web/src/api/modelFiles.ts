import { client, sendFiles, take } from "./client";
import type * as t from "./types";

/** What may be said of a model that is dropped; what its files say themselves need not be. */
export interface SaidOfModel {
  readonly name: string;
  readonly network: string;
  readonly preprocess: string;
  readonly output: string;
  readonly decoder: string;
  readonly licence: string;
  readonly classes: readonly string[];
}

const asked = ({ classes, ...rest }: SaidOfModel): string => {
  const query = new URLSearchParams(Object.entries(rest).filter(([, value]) => value !== ""));
  for (const one of classes) query.append("classes", one);
  return query.toString();
};

const by = (ref: string) => ({ params: { path: { ref } } });

/** Models as files. */
export const modelFiles = {
  disk: () => take(client.GET("/api/models/disk")),
  upload: (files: readonly File[], said: SaidOfModel) => sendFiles<t.Model>(`/api/models/upload?${asked(said)}`, files),
  verify: (ref: string) => take(client.POST("/api/models/{ref}/verify", by(ref))),
  verifyAll: () => take(client.POST("/api/models/verify")),
  remove: (ref: string) => take(client.DELETE("/api/models/{ref}", by(ref))),
  restore: (ref: string) => take(client.POST("/api/models/trash/{ref}/restore", by(ref))),
  erase: (ref: string) => take(client.DELETE("/api/models/trash", { params: { query: { ref } } })),
  forgetPull: (name: string) => take(client.DELETE("/api/models/pull", { params: { query: { name } } })),
};
