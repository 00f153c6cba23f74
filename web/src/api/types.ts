/** What the server says. Ids are integers; times are RFC 3339; a project is addressed by its name. */

export type Status = "unlabelled" | "labelled" | "unsure" | "skipped" | "conflict";
export type Split = "train" | "val" | "test";
export type Work = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";

export interface Problem {
  code: string;
  message: string;
  hint: string;
}

export interface Item {
  id: number;
  ordinal: number;
  path: string;
  page: number;
  width: number;
  height: number;
  status: Status;
  class_id: number | null;
  tags: number[];
  split: Split;
  version: number;
  score: number | null;
  why: string | null;
  predicted: number | null;
  probability: number | null;
}

export interface HistoryEntry {
  seq: number;
  at: string;
  actor: string;
  kind: string;
  description: string;
  count: number;
  undone: boolean;
}

export interface ImageDetail extends Item {
  locations: string[];
  format: string;
  bytes: number;
  digest: string;
  probabilities: { class_id: number; p: number }[];
  history: HistoryEntry[];
}

export interface Project {
  id: number;
  name: string;
  title: string;
  created_at: string;
  archived: boolean;
  images: number;
  labelled: number;
  unsure: number;
  skipped: number;
  classes: number;
  runs: number;
  cover: number[];
  task: "single" | "multi";
  queue_ready: boolean;
}

export interface Class {
  id: number;
  name: string;
  colour: string;
  hotkey: string | null;
  count: number;
}

export interface Skipped {
  path: string;
  reason: string;
}

export interface IngestReport {
  found: number;
  added: number;
  known: number;
  skipped: Skipped[];
  seconds: number;
  labels?: Record<string, unknown>;
}

export interface Filter {
  class_ids: number[];
  splits: Split[];
  statuses: Status[];
  text: string;
}

export interface ViewInfo {
  id: string;
  size: number;
  queue: string;
  head: Partial<Head> | null;
  note: string;
}

export interface ViewWindow {
  size: number;
  offset: number;
  items: Item[];
}

export interface LabelChange {
  image_id: number;
  version?: number;
  class_id?: number | null;
  status?: Exclude<Status, "conflict">;
}

export interface LabelledImage {
  id: number;
  version: number;
  status: Status;
  class_id: number | null;
}

export interface LabelAnswer {
  seq: number;
  images: LabelledImage[];
}

export interface UndoAnswer extends LabelAnswer {
  description: string;
}

export interface JournalState {
  can_undo: boolean;
  can_redo: boolean;
  undo: string | null;
  redo: string | null;
}

export interface ReliabilityBin {
  confidence: number;
  accuracy: number;
  count: number;
}

export interface Head {
  id: number;
  labels: number;
  accuracy: number | null;
  log_loss: number | null;
  ece: number | null;
  method: "temperature" | "platt" | "none";
  at: string;
  journal_seq: number;
  encoder: string;
  reliability: ReliabilityBin[];
  stale: boolean;
}

export interface Queue {
  name: string;
  description: string;
}

export interface Job {
  id: number;
  kind: string;
  project: string | null;
  state: Work;
  done: number;
  total: number | null;
  rate: number | null;
  eta_s: number | null;
  note: string;
  error: Problem | null;
  result: Record<string, unknown> | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  resumable: boolean;
}

export interface Run {
  id: number;
  project: string;
  state: Work;
  mode: "new" | "resume" | "finetune";
  network: string;
  epochs: number;
  epoch: number;
  created_at: string;
  finished_at: string | null;
  metrics: Record<string, unknown> | null;
  model: number | null;
  job: number | null;
  spec?: Record<string, unknown>;
}

export interface CurvePoint {
  step: number;
  epoch: number;
  loss: number;
  lr?: number;
  acc?: number;
  [key: string]: number | undefined;
}

export interface EpochPoint {
  epoch: number;
  train_loss: number | null;
  val_loss: number | null;
  val_accuracy: number | null;
}

export interface Curves {
  points: CurvePoint[];
  epochs: EpochPoint[];
}

export interface Model {
  id: number;
  name: string;
  kind: "classifier" | "encoder";
  format: "torch" | "onnx";
  file: string;
  created_at: string;
  network: string;
  classes: string[];
  temperature: number;
  preprocess: Record<string, unknown>;
  project: string | null;
  run: number | null;
  metrics: Record<string, unknown> | null;
  licence: string;
  source: string;
  bytes: number;
  path: string;
  exports: ModelExport[];
}

export interface ModelExport {
  format: string;
  path: string;
  bytes: number;
  parity_max_abs: number | null;
}

export interface Prediction {
  path: string;
  label: string;
  probability: number;
  probabilities: Record<string, number>;
}

export interface Engine {
  name: string;
  kind: string;
  description: string;
  ready: boolean;
  missing: string | null;
}

export interface Health {
  status: string;
  version: string;
  workspace: string;
  uptime_s: number;
  torch_loaded: boolean;
}

/** A form that the server describes: its JSON Schema, the values in force, and who set each one. */
export interface SettingsForm {
  schema: Record<string, unknown>;
  values: Record<string, unknown>;
  origins: Record<string, string>;
}

export interface DoctorCheck {
  name: string;
  ok: boolean;
  detail: string;
  hint: string;
}
