import type { Filter, Finding } from "@/api/types";
import { to } from "@/app/project";
import { everything, noFilter, toAddress } from "@/routes/browse/asked";

/** Where Browse shows what a finding is about; null where it is not about pictures. */
export function browseAddress(project: string, finding: Pick<Finding, "queue" | "filter">): string | null {
  if (finding.queue === null) return null;
  const filter: Filter = { ...noFilter, ...(finding.filter as Partial<Filter>) };
  return `${to.browse(project)}?${toAddress({ ...everything, queue: finding.queue, filter }).toString()}`;
}

/** Where Browse shows the pictures of a class, or with a tag, of one split or all. */
export function classAddress(project: string, task: string, id: number): string {
  const filter = task === "multi" ? { tag_ids: [id] } : { class_ids: [id] };
  return `${to.browse(project)}?${toAddress({ ...everything, filter: { ...noFilter, ...filter } }).toString()}`;
}
