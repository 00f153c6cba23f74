import { keys } from "@/api/keys";
import type { Told } from "./hub";

/** What an event makes old, as query keys. Pure, so that one table says it all. */
export function makesStale(told: Told): readonly (readonly unknown[])[] {
  const { kind, data } = told;
  const project = typeof data.project === "string" ? data.project : null;
  const id = typeof data.id === "string" ? data.id : null;
  switch (kind) {
    case "labels":
      return project ? [keys.classes(project), keys.journal(project), keys.project(project), keys.images] : [];
    case "objects":
      return project ? [keys.journal(project), keys.objects(project), keys.drawn, keys.images] : [];
    case "classes":
      return project ? [keys.classes(project), keys.project(project)] : [];
    case "project":
      return project ? [keys.projects, keys.project(project)] : [keys.projects];
    case "head":
      return project ? [keys.head(project), keys.project(project), keys.images] : [];
    case "ingest":
      return project ? [keys.projects, keys.project(project), keys.classes(project)] : [keys.projects];
    case "job":
      return [
        keys.jobs,
        ...(data.kind === "pull" ? [keys.catalogue] : []),
        ...(data.state === "done" && project
          ? [keys.project(project), keys.maps(project), keys.analysis(project), keys.models, keys.allRuns]
          : []),
      ];
    case "run":
      return id === null ? [keys.allRuns] : [keys.allRuns, keys.run(id)];
    case "model":
      return [keys.models, keys.engines, keys.allRuns];
    case "reset":
      return [[]];
    case "suggestions":
    case "progress":
    case "metric":
    case "load":
    case "hello":
      return [];
  }
}
