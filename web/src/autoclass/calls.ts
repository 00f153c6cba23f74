/** What auto class asks of the server. */
import { client, of, take } from "@/api/client";
import type { ApplyAutoClass, Job, NamedBoxes, NewAutoClass, PartQuery } from "@/api/types";

export const calls = {
  classify: (image_id: number, boxes: readonly (readonly number[])[]) =>
    take(
      client.POST("/api/assist/classify", { body: { image_id, boxes: boxes.map((one) => [...one]) } }),
    ) as Promise<NamedBoxes>,
  status: (name: string) => take(client.GET("/api/projects/{name}/auto-class", of(name))),
  check: (name: string, body: NewAutoClass) =>
    take(client.POST("/api/projects/{name}/auto-class", { ...of(name), body })) as Promise<Job>,
  found: (name: string, job_id: string, query: PartQuery, signal?: AbortSignal) =>
    take(client.GET("/api/projects/{name}/auto-class/{job_id}", { params: { path: { name, job_id }, query }, signal })),
  apply: (name: string, body: ApplyAutoClass) =>
    take(client.POST("/api/projects/{name}/auto-class/apply", { ...of(name), body })),
};
