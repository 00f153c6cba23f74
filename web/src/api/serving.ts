import { client, take } from "./client";
import type { components } from "./schema";

export type ServingProcess = components["schemas"]["ServingProcess"];

/** Requests about processes that serve models to other programs. */
export const servingCalls = {
  all: () => take(client.GET("/api/serving")),
};
