import type { Sent } from "@/draw/outbox";
import { answered, client, of, sendFiles, take } from "./client";
import type * as t from "./types";

export const urls = {
  thumb: (id: number, px = 256) => `/api/thumb/${id}?px=${px}`,
  view: (id: number, px = 1024, look = "") => `/api/view/${id}?px=${px}${look && `&${look}`}`,
  crop: (id: number, [x1, y1, x2, y2]: readonly [number, number, number, number], px: number) =>
    `/api/images/${id}/crop?x1=${x1}&y1=${y1}&x2=${x2}&y2=${y2}&px=${px}`,
  file: (id: number) => `/api/file/${id}`,
  decoder: (engine: string) => `/api/assist/decoder/file?engine=${encodeURIComponent(engine)}`,
  encoding: (key: string) => `/api/assist/encodings/${encodeURIComponent(key)}`,
  modelCard: (ref: string) => `/api/models/${encodeURIComponent(ref)}/card.md`,
  modelFile: (ref: string) => `/api/models/${encodeURIComponent(ref)}/file`,
  runFile: (id: string, name: string) =>
    `/api/runs/${encodeURIComponent(id)}/files/${name.split("/").map(encodeURIComponent).join("/")}`,
  exported: (project: string, file: string) =>
    `/api/projects/${encodeURIComponent(project)}/exports/${encodeURIComponent(file)}`,
  events: "/api/events",
  mapPoints: (project: string, method: string) =>
    `/api/projects/${encodeURIComponent(project)}/map/points?method=${method}`,
  mapTile: (project: string, method: string, key: string) => (zoom: number, x: number, y: number) =>
    `/api/projects/${encodeURIComponent(project)}/map/tile/${zoom}/${x}/${y}.png?method=${method}&v=${key}`,
};

const asRun = (run_id: string) => ({ params: { path: { run_id } } });
const asModel = (ref: string) => ({ params: { path: { ref } } });
const asJob = (job_id: string) => ({ params: { path: { job_id } } });

type ClassBody = Partial<Pick<t.Class, "name" | "colour" | "hotkey" | "position">> & {
  skeleton?: { names: string[]; edges: [number, number][] } | null;
};
/** Only look, or do it if so many images are touched as one was told. */
type Try = { dry_run: boolean; expect?: number };

const asDrawn = ({ put, delete: gone, review, note, ...rest }: Sent) => ({
  ...rest,
  put: put.map((one) => ({ ...one, attributes: { ...one.attributes } })),
  delete: [...gone],
  clear: false,
  review: review ?? null,
  note: note ?? null,
});

/** Every request the page makes, one function each, checked against the server's own description. */
export const api = {
  health: () => take(client.GET("/api/health")),
  doctor: () => take(client.GET("/api/doctor")),
  checkUpdate: () => take(client.POST("/api/update/check")),
  engines: () => take(client.GET("/api/engines")),
  queues: () => take(client.GET("/api/queues")),

  projects: (archived = false) => take(client.GET("/api/projects", { params: { query: { archived } } })),
  project: (name: string) => take(client.GET("/api/projects/{name}", of(name))),
  createProject: (name: string) => take(client.POST("/api/projects", { body: { name } })),
  archive: (name: string) => take(client.POST("/api/projects/{name}/archive", of(name))),
  restore: (name: string) => take(client.POST("/api/projects/{name}/restore", of(name))),
  trash: (name: string) => take(client.DELETE("/api/projects/{name}", of(name))),
  erase: (name: string) => take(client.POST("/api/projects/{name}/erase", { ...of(name), body: { confirm: name } })),
  discover: () => take(client.POST("/api/projects/discover")),
  projectSettings: (name: string) => take(client.GET("/api/projects/{name}/settings", of(name))),
  saveProjectSettings: (name: string, values: Record<string, unknown>) =>
    take(client.PUT("/api/projects/{name}/settings", { ...of(name), body: { values } })),

  lookAt: async (name: string, request: t.IngestRequest) =>
    (await take(
      client.POST("/api/projects/{name}/ingest", { ...of(name), body: { ...request, dry_run: true } }),
    )) as t.IngestReport,
  ingest: async (name: string, request: t.IngestRequest) =>
    (await take(
      client.POST("/api/projects/{name}/ingest", { ...of(name), body: { ...request, dry_run: false } }),
    )) as t.Job,
  upload: (name: string, list: readonly File[]) =>
    sendFiles<{ added: number; known: number; skipped: t.Skipped[] }>(
      `/api/projects/${encodeURIComponent(name)}/upload`,
      list,
    ),

  exportLabels: (name: string, body: t.ExportRequest) =>
    take(client.POST("/api/projects/{name}/export", { ...of(name), body })),
  exportObjects: (name: string, body: t.ObjectExportRequest) =>
    take(client.POST("/api/projects/{name}/object-exports", { ...of(name), body })),
  lookAtLabels: async (name: string, body: Omit<t.ImportRequest, "dry_run">) =>
    (await take(client.POST("/api/projects/{name}/import", { ...of(name), body: { ...body, dry_run: true } }))) as
      t.ImportReport | t.ObjectImportReport,
  importLabels: async (name: string, body: Omit<t.ImportRequest, "dry_run">) =>
    (await take(
      client.POST("/api/projects/{name}/import", { ...of(name), body: { ...body, dry_run: false } }),
    )) as t.Job,
  sendLabels: (name: string, file: File, { format, mode, add_images }: Omit<t.ImportRequest, "dry_run">) =>
    sendFiles<t.ImportReport | t.ObjectImportReport>(
      `/api/projects/${encodeURIComponent(name)}/import?format=${format}&mode=${mode}&add_images=${add_images}`,
      [file],
    ),

  classes: async (name: string) => (await take(client.GET("/api/projects/{name}/classes", of(name)))) as t.Class[],
  addClass: (name: string, body: { name: string }) =>
    take(client.POST("/api/projects/{name}/classes", { ...of(name), body })),
  editClass: (class_id: number, body: ClassBody) =>
    take(client.PATCH("/api/classes/{class_id}", { params: { path: { class_id } }, body })),
  deleteClass: (class_id: number, query: Try) =>
    take(client.DELETE("/api/classes/{class_id}", { params: { path: { class_id }, query } })),
  mergeClasses: (name: string, from: readonly number[], into: number, how: Try) =>
    take(client.POST("/api/projects/{name}/classes/merge", { ...of(name), body: { from: [...from], into, ...how } })),
  splitClass: (name: string, class_id: number, body: Try & { name: string; view?: string; image_ids?: number[] }) =>
    take(client.POST("/api/projects/{name}/classes/{class_id}/split", { params: { path: { name, class_id } }, body })),

  objectSummary: (name: string) => take(client.GET("/api/projects/{name}/objects/summary", of(name))),
  gallery: (name: string, query: t.GalleryQuery, signal?: AbortSignal) =>
    take(client.GET("/api/projects/{name}/objects", { params: { path: { name }, query }, signal })),
  reclass: (name: string, objects: readonly t.ObjectRef[], class_id: number | null) =>
    take(client.POST("/api/projects/{name}/objects/class", { ...of(name), body: { objects: [...objects], class_id } })),
  checks: (name: string) => take(client.GET("/api/projects/{name}/checks", of(name))),
  checked: (name: string, kind: t.CheckKind, query: t.PartQuery, signal?: AbortSignal) =>
    take(client.GET("/api/projects/{name}/checks/{kind}", { params: { path: { name, kind }, query }, signal })),
  waiting: (name: string) => take(client.GET("/api/projects/{name}/waiting-labels", of(name))),
  forgetWaiting: (name: string) => take(client.DELETE("/api/projects/{name}/waiting-labels", of(name))),
  objects: async (image_id: number) =>
    (await take(client.GET("/api/images/{image_id}/objects", { params: { path: { image_id } } }))) as t.ImageObjects,
  assistEngines: () => take(client.GET("/api/assist/engines")),
  assistEncode: (body: t.NewEncoding) => take(client.POST("/api/assist/encode", { body })),
  assistPredict: (body: t.AssistQuestion) => take(client.POST("/api/assist/predict", { body })),
  assistOutline: (rle: t.MaskIn) => take(client.POST("/api/assist/outline", { body: { rle } })),
  assistCancel: (body: t.AssistCancel) => take(client.POST("/api/assist/cancel", { body })),
  assistSlots: (of_: string) => take(client.GET("/api/assist/slots", { params: { query: { client: of_ } } })),
  assistBudget: (body: t.AssistBudget) => take(client.PUT("/api/assist/budget", { body })),
  assistDecoder: (engine: string) => take(client.GET("/api/assist/decoder", { params: { query: { engine } } })),
  assistEncoding: (image_id: number, engine: string) =>
    take(client.GET("/api/assist/encodings", { params: { query: { image_id, engine } } })),
  segment: (name: string) => take(client.GET("/api/projects/{name}/segment", of(name))),
  segmentPreview: (name: string, body: t.NewSegmentPreview, signal?: AbortSignal) =>
    take(client.POST("/api/projects/{name}/segment/preview", { ...of(name), body, signal })),
  segmentBuild: (name: string, body: t.NewSegmentBuild) =>
    take(client.POST("/api/projects/{name}/segment", { ...of(name), body })),
  assistTweak: (body: t.NewTweak) => take(client.POST("/api/assist/predict_batch", { body })),

  draw: (name: string, changes: readonly Sent[], description: string) =>
    take(
      client.POST("/api/projects/{name}/objects", {
        ...of(name),
        body: { changes: changes.map(asDrawn), description: description.slice(0, 300) },
      }),
    ),
  nextUnfinished: (name: string, query: { after?: number; view?: string; dir?: number }) =>
    take(client.GET("/api/projects/{name}/annotate/next", { params: { path: { name }, query } })),

  openView: (name: string, body: t.NewView, signal?: AbortSignal) =>
    take(client.POST("/api/projects/{name}/views", { ...of(name), body, signal })),
  viewWindow: (view_id: string, offset: number, limit: number, signal?: AbortSignal) =>
    take(client.GET("/api/views/{view_id}", { params: { path: { view_id }, query: { offset, limit } }, signal })),
  imageEdit: (image_id: number, signal?: AbortSignal) =>
    take(client.GET("/api/images/{image_id}/edit", { params: { path: { image_id } }, signal: signal ?? null })),
  putEdit: (image_id: number, { crop, ...rest }: Omit<t.ImageEdit["edit"], "crop"> & { crop: readonly number[] }) =>
    take(
      client.PUT("/api/images/{image_id}/edit", { params: { path: { image_id } }, body: { ...rest, crop: [...crop] } }),
    ),
  editMany: (name: string, body: t.BulkEdit) => take(client.POST("/api/projects/{name}/edits", { ...of(name), body })),
  rename: (name: string, body: t.NewNames) => take(client.POST("/api/projects/{name}/names", { ...of(name), body })),
  builds: (name: string) => take(client.GET("/api/projects/{name}/builds", of(name))),
  startBuild: (name: string, body: t.NewBuild) =>
    take(client.POST("/api/projects/{name}/builds", { ...of(name), body })),
  deleteBuild: (name: string, ref: string) =>
    take(client.DELETE("/api/projects/{name}/builds/{ref}", { params: { path: { name, ref } } })),
  folds: (name: string) => take(client.GET("/api/projects/{name}/folds", of(name))),
  startFolds: (name: string, body: { folds: number; group_by: string | null; spec: Record<string, unknown> }) =>
    take(client.POST("/api/projects/{name}/folds", { ...of(name), body })),
  splits: (name: string, body: t.NewSplits) => take(client.POST("/api/projects/{name}/splits", { ...of(name), body })),
  evaluation: (run_id: string, query: { split?: t.Split; labels: "then" | "now" }) =>
    take(client.GET("/api/runs/{run_id}/evaluation", { params: { path: { run_id }, query } })),
  compareModels: (first: string, second: string) =>
    take(client.GET("/api/evaluation/compare", { params: { query: { first, second } } })),
  sweeps: (name: string) => take(client.GET("/api/projects/{name}/sweeps", of(name))),
  sweep: (name: string, ref: string) =>
    take(client.GET("/api/projects/{name}/sweeps/{ref}", { params: { path: { name, ref } } })),
  startSweep: (
    name: string,
    body: { trials: number; knobs: string[]; prune: boolean; spec: Record<string, unknown> },
  ) => take(client.POST("/api/projects/{name}/sweeps", { ...of(name), body })),
  stopSweep: (name: string, ref: string) =>
    take(client.POST("/api/projects/{name}/sweeps/{ref}/stop", { params: { path: { name, ref } } })),
  resumeSweep: (name: string, ref: string, trials: number | null) =>
    take(
      client.POST("/api/projects/{name}/sweeps/{ref}/resume", { params: { path: { name, ref } }, body: { trials } }),
    ),
  deleteSweep: (name: string, ref: string) =>
    take(client.DELETE("/api/projects/{name}/sweeps/{ref}", { params: { path: { name, ref } } })),
  findRate: (name: string, spec: Record<string, unknown>) =>
    take(client.POST("/api/projects/{name}/lr-range", { ...of(name), body: { steps: 120, low: 1e-6, high: 1, spec } })),
  image: (image_id: number, signal?: AbortSignal) =>
    take(client.GET("/api/images/{image_id}", { params: { path: { image_id } }, signal })),

  label: (name: string, changes: t.LabelChange[]) =>
    take(client.POST("/api/projects/{name}/labels", { ...of(name), body: { changes } })),
  bulk: (name: string, body: t.BulkChange) =>
    take(client.POST("/api/projects/{name}/labels/bulk", { ...of(name), body })),
  history: (name: string, query: { limit: number; before: number; person: string }) =>
    take(client.GET("/api/projects/{name}/history", { params: { path: { name }, query } })),
  people: (name: string) => take(client.GET("/api/projects/{name}/people", of(name))),
  snapshots: (name: string) => take(client.GET("/api/projects/{name}/snapshots", of(name))),
  takeSnapshot: (name: string, called: string) =>
    take(client.POST("/api/projects/{name}/snapshots", { ...of(name), body: { name: called } })),
  diffSnapshots: (name: string, from: string, to: string) =>
    take(client.GET("/api/projects/{name}/snapshots/diff", { params: { path: { name }, query: { from, to } } })),
  restoreSnapshot: (name: string, snapshot_id: number) =>
    take(
      client.POST("/api/projects/{name}/snapshots/{snapshot_id}/restore", { params: { path: { name, snapshot_id } } }),
    ),
  deleteSnapshot: (name: string, snapshot_id: number) =>
    take(client.DELETE("/api/projects/{name}/snapshots/{snapshot_id}", { params: { path: { name, snapshot_id } } })),
  undo: (name: string) => take(client.POST("/api/projects/{name}/undo", of(name))),
  redo: (name: string) => take(client.POST("/api/projects/{name}/redo", of(name))),
  journal: (name: string) => take(client.GET("/api/projects/{name}/journal-state", of(name))),

  head: (name: string) => take(client.GET("/api/projects/{name}/head", of(name))),
  trainHead: (name: string) => take(client.POST("/api/projects/{name}/head/train", of(name))),
  embed: (name: string, engine: string) =>
    take(client.POST("/api/projects/{name}/embed", { ...of(name), body: { engine } })),
  encoders: (name: string) => take(client.GET("/api/projects/{name}/encoders", of(name))),
  forgetEmbeddings: (name: string, ref: string) =>
    take(client.DELETE("/api/projects/{name}/encoders/{ref}", { params: { path: { name, ref } } })),

  map: (name: string, method: string) =>
    take(client.GET("/api/projects/{name}/map", { params: { path: { name }, query: { method } } })),
  makeMap: (name: string, body: { method: string; mode: "auto" | "update" | "new" }) =>
    take(client.POST("/api/projects/{name}/map", { ...of(name), body })),
  mapPoints: (name: string, method: string, signal?: AbortSignal) =>
    take<ArrayBuffer>(
      fetch(urls.mapPoints(name, method), { signal, credentials: "same-origin" }).then(async (response) =>
        response.ok
          ? { data: await response.arrayBuffer(), response }
          : { error: (await response.json().catch(() => null)) as unknown, response },
      ),
    ),

  analysis: (name: string) => take(client.GET("/api/projects/{name}/analysis", of(name))),
  analyse: (name: string, body: { refresh: boolean; near: boolean }) =>
    take(client.POST("/api/projects/{name}/analysis", { ...of(name), body })),
  advice: (name: string) => take(client.GET("/api/projects/{name}/advice", of(name))),

  trainSchema: () => take(client.GET("/api/train/schema")),
  networks: () => take(client.GET("/api/networks")),
  suggestedSpec: (name: string, network?: string) =>
    take(client.GET("/api/projects/{name}/spec", { params: { path: { name }, query: { network } } })),
  checkSpec: (name: string, body: t.SpecCheck) =>
    take(client.POST("/api/projects/{name}/spec/check", { ...of(name), body })),
  presets: () => take(client.GET("/api/presets")),
  presetSpec: (name: string, preset: string) =>
    take(client.GET("/api/projects/{name}/presets/{preset}", { params: { path: { name, preset } } })),
  quickOffer: (name: string) => take(client.GET("/api/projects/{name}/quick-train", of(name))),
  quickTrain: (name: string, body: t.QuickTrain) =>
    take(client.POST("/api/projects/{name}/quick-train", { ...of(name), body })),
  predictions: (name: string) => take(client.GET("/api/projects/{name}/predictions", of(name))),
  predictAll: (name: string, model: string) =>
    take(client.POST("/api/projects/{name}/predictions", { ...of(name), body: { model } })),
  runs: async (name: string) => (await take(client.GET("/api/projects/{name}/runs", of(name)))) as t.Run[],
  startRun: (name: string, body: { spec: Record<string, unknown>; mode: t.Mode; parent: string | null }) =>
    take(client.POST("/api/projects/{name}/runs", { ...of(name), body })),
  run: async (id: string) => (await take(client.GET("/api/runs/{run_id}", asRun(id)))) as t.RunDetail,
  curves: (run_id: string, after = 0) =>
    take(client.GET("/api/runs/{run_id}/curves", { params: { path: { run_id }, query: { after } } })),
  report: async (id: string) =>
    (await take(client.GET("/api/runs/{run_id}/report", asRun(id)))) as unknown as t.RunReport,
  runLoad: (id: string) => take(client.GET("/api/runs/{run_id}/load", asRun(id))),
  system: () => take(client.GET("/api/system")),
  previewAugment: (name: string, body: t.AugmentPreview, signal?: AbortSignal) =>
    take(client.POST("/api/projects/{name}/augment/preview", { ...of(name), body, signal: signal ?? null })),
  activeRuns: async () =>
    (await take(client.GET("/api/runs", { params: { query: { state: ["running", "queued"] } } }))) as t.Run[],
  controlRun: async (id: string, body: t.Control) =>
    (await take(client.POST("/api/runs/{run_id}/control", { ...asRun(id), body }))) as t.Run,
  noteRun: (id: string, body: { notes?: string; starred?: boolean }) =>
    take(client.PATCH("/api/runs/{run_id}", { ...asRun(id), body })),
  compareRuns: async (ids: readonly string[]) =>
    (await take(client.GET("/api/runs/compare", { params: { query: { ids: ids.join(",") } } }))) as t.Comparison,
  runTrash: async () => (await take(client.GET("/api/runs/trash"))) as (t.Run & { trashed_at: string })[],
  emptyRunTrash: () => take(client.DELETE("/api/runs/trash")),
  restoreRun: (id: string) => take(client.POST("/api/runs/{run_id}/restore", asRun(id))),
  runFiles: (id: string) => take(client.GET("/api/runs/{run_id}/files", asRun(id))),
  moveJob: (job_id: string, to: "first" | "up" | "down" | "last") =>
    take(client.POST("/api/jobs/{job_id}/move", { params: { path: { job_id } }, body: { to } })),
  stopRun: (id: string) => take(client.POST("/api/runs/{run_id}/stop", asRun(id))),
  deleteRun: (id: string) => take(client.DELETE("/api/runs/{run_id}", asRun(id))),

  detectors: () => take(client.GET("/api/detectors")),
  suggestions: (image_id: number) =>
    take(client.GET("/api/images/{image_id}/suggestions", { params: { path: { image_id } } })) as Promise<
      t.SuggestedBy[]
    >,
  rejectSuggestions: (image_id: number, uids: readonly string[]) =>
    take(
      client.POST("/api/images/{image_id}/suggestions/reject", {
        params: { path: { image_id } },
        body: { uids: [...uids], rejected: true },
      }),
    ),
  suggest: (name: string, wish: { engine: string; again: boolean; image_ids: number[] | null }) =>
    take(client.POST("/api/projects/{name}/suggest", { ...of(name), body: { min_score: 0.05, ...wish } })),

  suggestionSources: (name: string) => take(client.GET("/api/projects/{name}/suggestions", of(name))),

  evaluations: (name: string) => take(client.GET("/api/projects/{name}/evaluations", of(name))),
  evaluatePredictions: (name: string, predictions: string) =>
    take(client.POST("/api/projects/{name}/evaluations", { ...of(name), body: { predictions } as never })),
  evaluateFile: (name: string, file: File) =>
    sendFiles<t.Job>(`/api/projects/${encodeURIComponent(name)}/evaluations`, [file]),
  detections: (name: string, key: string) =>
    take(client.GET("/api/projects/{name}/evaluations/{key}", { params: { path: { name, key } } })),
  detectionErrors: (name: string, key: string, query: { error: string; limit: number }) =>
    take(client.GET("/api/projects/{name}/evaluations/{key}/errors", { params: { path: { name, key }, query } })),
  deleteDetections: (name: string, key: string) =>
    take(client.DELETE("/api/projects/{name}/evaluations/{key}", { params: { path: { name, key } } })),

  models: async () => (await take(client.GET("/api/models"))) as t.Model[],
  model: async (ref: string) => (await take(client.GET("/api/models/{ref}", asModel(ref)))) as t.Model,
  addModel: async (body: {
    path: string;
    name: string;
    network: string;
    licence: string;
    preprocess: string | null;
    output: string | null;
    classes: string[];
    decoder: string;
  }) => (await take(client.POST("/api/models", { body }))) as t.Model,
  catalogue: () => take(client.GET("/api/models/catalogue")),
  pullModel: (name: string) => take(client.POST("/api/models/pull", { body: { name } })),
  exportModel: (ref: string) =>
    take(client.POST("/api/models/{ref}/export", { ...asModel(ref), body: { format: "onnx" } })),
  predict: (ref: string, list: readonly File[]) =>
    sendFiles<{ items: t.Prediction[] }>(`/api/models/${encodeURIComponent(ref)}/predict`, list),

  layers: (ref: string) => take(client.GET("/api/models/{ref}/layers", asModel(ref))),
  explainImage: (ref: string, image_id: number, wish: t.ExplainWish, signal?: AbortSignal) =>
    take<t.Explanation>(
      fetch(`/api/models/${encodeURIComponent(ref)}/explain`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ image_id, ...wish }),
        credentials: "same-origin",
        signal: signal ?? null,
      }).then(answered<t.Explanation>),
    ),
  explainFile: (ref: string, file: File, { method, layer, class: name }: t.ExplainWish) => {
    const query = new URLSearchParams({ method, layer, ...(name === null ? {} : { class: name }) });
    return sendFiles<t.Explanation>(`/api/models/${encodeURIComponent(ref)}/explain?${query.toString()}`, [file]);
  },
  mistakes: (run_id: string, query: { method: string; split?: t.Split; offset: number; limit: number }) =>
    take(client.GET("/api/runs/{run_id}/mistakes", { params: { path: { run_id }, query } })),
  explainMistakes: (run_id: string, method: string) =>
    take(client.POST("/api/runs/{run_id}/mistakes", { ...asRun(run_id), body: { method, layer: "" } })),
  attention: (run_id: string, method: string) =>
    take(client.GET("/api/runs/{run_id}/attention", { params: { path: { run_id }, query: { method } } })),
  averageAttention: (run_id: string, method: string) =>
    take(client.POST("/api/runs/{run_id}/attention", { ...asRun(run_id), body: { method, layer: "" } })),

  jobs: () => take(client.GET("/api/jobs")),
  job: (id: string) => take(client.GET("/api/jobs/{job_id}", asJob(id))),
  cancelJob: (id: string) => take(client.POST("/api/jobs/{job_id}/cancel", asJob(id))),
  resumeJob: (id: string) => take(client.POST("/api/jobs/{job_id}/resume", asJob(id))),
  jobLog: (job_id: string, after: number) =>
    take(client.GET("/api/jobs/{job_id}/log", { params: { path: { job_id }, query: { after } } })),

  settings: () => take(client.GET("/api/settings")),
  saveSettings: (values: Record<string, unknown>) => take(client.PUT("/api/settings", { body: { values } })),
};
