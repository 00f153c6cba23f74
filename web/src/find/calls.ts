/** What the server is asked to find by words. */
import { client, of, take } from "@/api/client";
import type { components } from "@/api/schema";
import type { Job } from "@/api/types";

type S = components["schemas"];
export type TextDetector = S["TextDetectorInfo"];
export type Found = S["FoundByText"];
export type Question = Required<S["FindByText"]>;

export const finders = {
  engines: () => take(client.GET("/api/text-detectors")),
  inImage: (image_id: number, body: Question): Promise<Found> =>
    take(client.POST("/api/images/{image_id}/detect", { params: { path: { image_id } }, body })),
  inProject: (project: string, view: string | null, body: Question): Promise<Job> =>
    take(client.POST("/api/projects/{name}/detect", { ...of(project), body: { ...body, view, again: false } })),
};
