import { http } from "./http";
import type * as t from "./types";

/** Every request the page makes, one function each. */
const of = (project: string) => `/api/projects/${encodeURIComponent(project)}`;

export const urls = {
  thumb: (id: number, px = 256) => `/api/thumb/${id}?px=${px}`,
  view: (id: number, px = 1024) => `/api/view/${id}?px=${px}`,
  file: (id: number) => `/api/file/${id}`,
  modelFile: (id: number) => `/api/models/${id}/file`,
  events: "/api/events",
};

export interface IngestRequest {
  source: string;
  labels: "auto" | "none";
  mode: "reference" | "copy";
  extensions: string[] | null;
}

const files = (list: readonly File[]): FormData => {
  const form = new FormData();
  for (const file of list) form.append("files", file, file.name);
  return form;
};

export const api = {
  health: () => http.get<t.Health>("/api/health"),
  doctor: () => http.get<t.DoctorCheck[]>("/api/doctor"),
  engines: () => http.get<t.Engine[]>("/api/engines"),
  queues: () => http.get<t.Queue[]>("/api/queues"),

  projects: (archived = false) => http.get<t.Project[]>(`/api/projects?archived=${archived}`),
  project: (name: string) => http.get<t.Project>(of(name)),
  createProject: (name: string) => http.post<t.Project>("/api/projects", { name }),
  archive: (name: string) => http.post<unknown>(`${of(name)}/archive`),
  restore: (name: string) => http.post<unknown>(`${of(name)}/restore`),
  trash: (name: string) => http.del<{ trashed: string }>(of(name)),
  erase: (name: string) => http.post<unknown>(`${of(name)}/erase`, { confirm: name }),
  discover: () => http.post<{ found: string[] }>("/api/projects/discover"),
  projectSettings: (name: string) => http.get<t.SettingsForm>(`${of(name)}/settings`),
  saveProjectSettings: (name: string, values: unknown) => http.put<t.SettingsForm>(`${of(name)}/settings`, { values }),

  lookAt: (name: string, request: IngestRequest) =>
    http.post<t.IngestReport>(`${of(name)}/ingest`, { ...request, dry_run: true }),
  ingest: (name: string, request: IngestRequest) =>
    http.post<t.Job>(`${of(name)}/ingest`, { ...request, dry_run: false }),
  upload: (name: string, list: readonly File[]) =>
    http.form<{ added: number; skipped: t.Skipped[] }>(`${of(name)}/upload`, files(list)),

  classes: (name: string) => http.get<t.Class[]>(`${of(name)}/classes`),
  addClass: (name: string, body: Partial<Pick<t.Class, "name" | "colour" | "hotkey">>) =>
    http.post<t.Class>(`${of(name)}/classes`, body),
  editClass: (id: number, body: Partial<Pick<t.Class, "name" | "colour" | "hotkey">>) =>
    http.patch<t.Class>(`/api/classes/${id}`, body),
  deleteClass: (id: number) => http.del<unknown>(`/api/classes/${id}`),

  openView: (name: string, body: { queue: string; filter: t.Filter; seed?: number }, signal?: AbortSignal) =>
    http.post<t.ViewInfo>(`${of(name)}/views`, body, signal),
  viewWindow: (id: string, offset: number, limit: number, signal?: AbortSignal) =>
    http.get<t.ViewWindow>(`/api/views/${encodeURIComponent(id)}?offset=${offset}&limit=${limit}`, signal),
  image: (id: number, signal?: AbortSignal) => http.get<t.ImageDetail>(`/api/images/${id}`, signal),

  label: (name: string, changes: t.LabelChange[]) => http.post<t.LabelAnswer>(`${of(name)}/labels`, { changes }),
  undo: (name: string) => http.post<t.UndoAnswer>(`${of(name)}/undo`),
  redo: (name: string) => http.post<t.UndoAnswer>(`${of(name)}/redo`),
  journal: (name: string) => http.get<t.JournalState>(`${of(name)}/journal-state`),
  history: (name: string, limit = 50) => http.get<t.HistoryEntry[]>(`${of(name)}/history?limit=${limit}`),

  head: (name: string) => http.get<t.Head | null>(`${of(name)}/head`),
  trainHead: (name: string) => http.post<t.Head>(`${of(name)}/head/train`),
  embed: (name: string, engine: string) => http.post<t.Job>(`${of(name)}/embed`, { engine }),

  trainSchema: () => http.get<Record<string, unknown>>("/api/train/schema"),
  networks: () => http.get<{ name: string }[]>("/api/train/networks"),
  runs: (name: string) => http.get<t.Run[]>(`${of(name)}/runs`),
  startRun: (name: string, body: { spec: unknown; mode: t.Run["mode"]; parent: number | null }) =>
    http.post<{ run: number; job: t.Job }>(`${of(name)}/runs`, body),
  run: (id: number) => http.get<t.Run>(`/api/runs/${id}`),
  curves: (id: number, after = 0) => http.get<t.Curves>(`/api/runs/${id}/curves?after=${after}`),
  report: (id: number) => http.get<Record<string, unknown>>(`/api/runs/${id}/report`),
  stopRun: (id: number) => http.post<unknown>(`/api/runs/${id}/stop`),
  deleteRun: (id: number) => http.del<unknown>(`/api/runs/${id}`),

  models: () => http.get<t.Model[]>("/api/models"),
  model: (id: number) => http.get<t.Model>(`/api/models/${id}`),
  deleteModel: (id: number) => http.del<unknown>(`/api/models/${id}`),
  exportModel: (id: number) => http.post<t.Job>(`/api/models/${id}/export`, { format: "onnx" }),
  predict: (id: number, list: readonly File[]) =>
    http.form<{ items: t.Prediction[] }>(`/api/models/${id}/predict`, files(list)),

  jobs: (state?: t.Work) => http.get<t.Job[]>(state ? `/api/jobs?state=${state}` : "/api/jobs"),
  job: (id: number) => http.get<t.Job>(`/api/jobs/${id}`),
  cancelJob: (id: number) => http.post<t.Job>(`/api/jobs/${id}/cancel`),
  resumeJob: (id: number) => http.post<t.Job>(`/api/jobs/${id}/resume`),
  jobLog: (id: number, after: number) => http.get<{ text: string; next: number }>(`/api/jobs/${id}/log?after=${after}`),

  settings: () => http.get<t.SettingsForm>("/api/settings"),
  saveSettings: (values: unknown) => http.put<t.SettingsForm>("/api/settings", { values }),
};
