import { client, take } from "./client";

const asModel = (ref: string) => ({ params: { path: { ref } } });

/** Requests about pushing a model to a hub. */
export const pushCalls = {
  plan: (ref: string) => take(client.GET("/api/models/{ref}/push", asModel(ref))),
  push: (ref: string, repo: string, isPrivate: boolean) =>
    take(client.POST("/api/models/{ref}/push", { ...asModel(ref), body: { repo, private: isPrivate } })),
};
