import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Project } from "@/api/types";
import { kept } from "./kept";

const LAST = "sightline.project";

export const rememberProject = (name: string): void => void kept.write(LAST, name);

/** The project to land on: the last one looked at if it still has pictures, else the newest that has. */
export function landing(projects: readonly Project[], last: string | null): Project | null {
  const full = projects.filter((project) => !project.archived && project.images > 0);
  const known = full.find((project) => project.name === last);
  const newest = [...full].sort((a, b) => b.created_at.localeCompare(a.created_at) || b.id - a.id)[0];
  return known ?? newest ?? null;
}

export const useProjects = () => useQuery({ queryKey: keys.projectList(false), queryFn: () => api.projects() });

/** The project that the page is about: named in the address, else the one to land on. */
export function useCurrentProject(): string | null {
  const { project } = useParams();
  const { data } = useProjects();
  if (project !== undefined) return project;
  return data ? (landing(data, kept.read(LAST))?.name ?? null) : null;
}

export const to = {
  projects: "/projects",
  browse: (name: string) => `/p/${encodeURIComponent(name)}/browse`,
  map: (name: string) => `/p/${encodeURIComponent(name)}/map`,
  data: (name: string) => `/p/${encodeURIComponent(name)}/data`,
  edit: (name: string, view = "", at = 0) =>
    `/p/${encodeURIComponent(name)}/edit${view && `?view=${encodeURIComponent(view)}&at=${at}`}`,
  annotate: (name: string, image: number | null = null, view = "", at: number | null = null) => {
    const search = new URLSearchParams({ ...(view && { view }), ...(at !== null && { at: String(at) }) }).toString();
    return `/p/${encodeURIComponent(name)}/annotate${image === null ? "" : `/${image}`}${search && `?${search}`}`;
  },
  objects: (name: string) => `/p/${encodeURIComponent(name)}/objects`,
  heads: (name: string) => `/p/${encodeURIComponent(name)}/heads`,
  train: (name: string) => `/p/${encodeURIComponent(name)}/train`,
  search: (name: string) => `/p/${encodeURIComponent(name)}/train/search`,
  run: (name: string, id: string) => `/p/${encodeURIComponent(name)}/train/${id}`,
  compare: (name: string, ids: readonly string[]) =>
    `/p/${encodeURIComponent(name)}/train/compare?ids=${ids.join(",")}`,
  models: "/models",
  model: (id: string) => `/models/${id}`,
  live: "/live",
  jobs: "/jobs",
  job: (id: string) => `/jobs/${id}`,
  settings: "/settings",
};
