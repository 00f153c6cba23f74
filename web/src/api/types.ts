import type { Document } from "@/draw/objects";
import type { EditorObject } from "@/editor/types";
import type { components } from "./schema";

/** What the server says, by short names; all of it is made from its own description (`npm run api`). */
type S = components["schemas"];

/** The named keys of a type that allows others besides. */
type Named<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

export type Advice = S["Advice"];
export type Analysis = S["Analysis"];
export type NewSegmentBuild = S["NewSegmentBuild"];
export type NewSegmentPreview = S["NewSegmentPreview"];
export type SegmentOptions = Required<Omit<NewSegmentPreview, "image_id">>;
export type SegmentOverview = S["SegmentOverview"];
export type SegmentPreview = S["SegmentPreview"];
export type SegmentPreviewObject = S["SegmentPreviewObject"];
export type ClassCount = S["ClassCount"];
export type Finding = S["Finding"];
export type Histogram = S["Histogram"];
export type Answer = S["Answer"];
export type AssistBudget = S["AssistBudget"];
export type AssistCancel = S["AssistCancel"];
export type AssistOverview = S["AssistOverview"];
export type DecoderInfo = S["DecoderInfo"];
export type EncodingKey = S["EncodingKey"];
export type AssistQuestion = S["AssistQuestion"];
export type AutoClassStatus = S["AutoClassStatus"];
export type NamedBoxes = S["NamedBoxes"];
export type NamedBox = S["NamedBox"];
export type LikelyClass = S["LikelyClass"];
export type NewAutoClass = S["NewAutoClass"];
export type ClassCorrection = S["ClassCorrection"];
export type ApplyAutoClass = S["ApplyAutoClass"];
/** What a job that looked through classes says of itself. */
export interface ClassesChecked {
  readonly images: number;
  readonly objects: number;
  readonly agree: number;
  readonly unsure: number;
  readonly locked: number;
  readonly changes: number;
  readonly head: string;
  readonly unknown: readonly string[];
  readonly skipped: readonly { readonly image_id: number; readonly reason: string }[];
}
export type AugmentPreview = Partial<S["AugmentPreview"]>;
export type AugmentShown = S["AugmentShown"];
export type Class = Omit<S["Class"], "skeleton"> & {
  skeleton?: { names: string[]; edges: [number, number][] } | null;
};
export type Curves = S["Curves"];
export type Doctor = S["Doctor"];
export type Encoder = S["Encoder"];
export type Engine = S["Engine"];
export type ExportRequest = Required<S["NewExport"]>;
/** What is drawn in a picture, as the editor takes it. */
export type ImageObjects = Document;
export type Medium = Omit<S["MediaInfo"], "blur"> & { blur: { faces: boolean; regions: number[][] } };
export type Review = S["Item"]["review"];
export type GalleryItem = S["GalleryItem"];
export type CheckedItem = S["CheckedItem"];
export type CheckCounts = S["CheckCounts"];
export type CheckKind = keyof CheckCounts;
export type ObjectSummary = S["ObjectSummary"];
export type ObjectRef = S["ObjectRef"];
export type GalleryOrder = "image" | "small" | "large";
export interface PartQuery {
  readonly cursor: string;
  readonly limit: number;
}
export interface GalleryQuery extends PartQuery {
  readonly class_id?: number;
  readonly order: GalleryOrder;
}
export type DetectionReport = S["DetectionReport"];
export type DetectionClass = S["DetectionClass"];
export type DetectionError = S["DetectionError"];
export type DetectionFault = DetectionError["error"];
export type ImportReport = S["ImportReport"];
export type ImportRequest = Required<S["NewImport"]>;
export type ObjectImportReport = S["ObjectImportReport"];
export type ObjectExportRequest = Required<S["NewObjectExport"]>;
export type NewEncoding = S["NewEncoding"];
export type MaskIn = S["MaskIn"];
export type NewTweak = S["NewTweak"];
export type SegmenterInfo = S["SegmenterInfo"];
export type Region = S["Region"];
/** Which images: every part is there, an empty one leaves nothing out. */
export type ClassAverage = S["ClassAverage"];
export type Explanation = S["Explanation"];
/** How a picture is to be explained: empty or null leaves it to the server. */
export interface ExplainWish {
  readonly method: string;
  readonly layer: string;
  readonly class: string | null;
}
export type Layers = S["Layers"];
export type RunMistake = S["RunMistake"];
export type Estimate = S["Estimate"];
export type Evaluated = S["Evaluated"];
export type EvaluatedSlice = S["Slice"];
export type NetworkComparison = S["NetworkComparison"];
export type CurveShown = S["Curve"];
export type Sweep = S["Sweep"];
export type SweepDetail = S["SweepDetail"];
export type Filter = Required<S["Filter"]>;
export type Head = S["Head"];
export type HistoryEntry = S["HistoryEntry"];
export type ImageChange = S["ImageChange"];
export type Load = S["Load"];
export type LoadSample = S["LoadSample"];
export type ImageDetail = S["Image"];
export type IngestReport = S["IngestReport"];
export type IngestRequest = Required<Omit<S["Ingest"], "dry_run">>;
export type Item = S["Item"];
export type Job = S["Job"];
/** One change of many images: a whole view, or images by id. */
export type BuildInfo = S["BuildInfo"];
export type BulkEdit = Partial<S["BulkEdit"]>;
export type EditValues = S["EditValues"];
export type FoldSet = S["FoldSet"];
export type ImageEdit = S["ImageEdit"];
export type NewBuild = Required<S["NewBuild"]>;
export type NewNames = Pick<S["NewNames"], "pattern"> & Partial<S["NewNames"]>;
export type NewSplits = Partial<S["NewSplits"]>;
export type SplitsReport = S["SplitReport"];
export type BulkChange = S["Bulk"];
export type LabelState = S["LabelState"];
export type LabelChange = S["Change"];
export type LabelledImage = S["Labelled"];
export type MapAbout = S["Map"];
export type MapCluster = S["Cluster"];
export type Mode = Run["mode"];
/** A queue over a filter, with what the queue is told. */
export type NewView = Omit<S["NewView"], "filter"> & { queue: string; filter: Partial<Filter> };
export type Outcome = S["Outcome"];
export type Prediction = S["Prediction"];
export type Preset = S["Preset"];
export type PredictedBy = S["PredictedBy"];
export type QuickOffer = S["QuickOffer"];
export type QuickTrain = S["QuickTrain"];
export type Snapshot = S["Snapshot"];
export type SnapshotDiff = S["SnapshotDiff"];
export type Problem = Pick<S["Problem"], "code" | "message" | "hint">;
export type Project = S["Project"];
export type QueueInfo = S["Queue"];
export type Pullable = S["Pullable"];
export type ReliabilityBin = S["Bin"];
export type Science = S["Science"];
export type SettingsForm = S["Form"];
export type Skipped = S["Skipped"];
export type SpecCheck = Pick<S["SpecCheck"], "mode"> & Partial<S["SpecCheck"]>;
export type SpecChecked = S["SpecChecked"];
export type SpecProblem = S["SpecProblem"];
export type Split = Item["split"];
export type Status = Item["status"];
export type TagMeasures = S["TagMeasures"];
export type ViewInfo = S["View"];
export type ViewWindow = S["Window"];
export type Work = Job["state"];

/** Measures of a training or a model: `accuracy` is of the split that `accuracy_split` names. */
export interface Metrics {
  readonly accuracy?: number;
  readonly accuracy_split?: Split;
  readonly log_loss?: number;
  readonly ece?: number;
  readonly macro_f1?: number;
  readonly images?: number;
  readonly seconds?: number;
  /** The figure that the task is judged by. */
  readonly metric?: { readonly name: string; readonly value: number | null };
}

/** What is asked of a training while it runs. */
export interface Wish {
  readonly pause: boolean;
  readonly stop_after_epoch: boolean;
  readonly lr_factor: number;
}

export type Control = Partial<Wish> & { readonly lr?: number };

export type Run = Omit<Named<S["Run"]>, "metrics" | "control"> & {
  metrics: Metrics | null;
  parent?: string | null;
  control: Wish | null;
};
export type RunDetail = Run & {
  spec: Record<string, unknown>;
  spec_version: number;
  moved: readonly { from?: string; to?: string }[];
  error?: Problem | null;
};

/** What else happened while a training ran. */
export interface RunFact {
  readonly kind: string;
  readonly at: number;
  readonly step?: number;
  readonly epoch?: number;
  readonly factor?: number;
  readonly from?: number;
  readonly to?: number;
}

/** Trainings side by side. */
export type Comparison = Omit<S["RunComparison"], "runs" | "curves"> & {
  runs: Run[];
  curves: readonly { run: string; points: readonly CurvePoint[]; epochs: readonly EpochPoint[] }[];
};

export type ModelKind = S["Pullable"]["kind"];
export type ModelUse = S["ModelUse"];
export type ModelForm = S["ModelForm"];
export type ExportWish = NonNullable<S["Export"]>;
export type ModelDisk = S["ModelDisk"];
export type Verified = S["Verified"];

/** The card that lies beside the weights, and what lies there too. */
export type Model = Omit<Named<S["Model"]>, "exports"> & {
  kind?: ModelKind;
  format?: ModelForm["format"];
  /** Of an exported form: the model it was made from, how it compares, what it is held in. */
  origin?: string;
  precision?: ModelForm["precision"];
  report?: Record<string, unknown>;
  /** Kept although it loses more than is allowed. */
  forced?: boolean;
  file?: string;
  created_at?: string;
  network?: string;
  classes?: string[];
  task?: Task;
  /** Of tags, in the order of the classes. */
  thresholds?: number[];
  temperature?: number;
  preprocess?: Record<string, unknown>;
  project?: string;
  run?: string;
  metrics?: Metrics;
  licence?: string;
  source?: string;
  blake3?: string;
  /** Whether it reads words too. */
  text?: boolean;
  /** Length of a vector; 0: not known. */
  dim?: number;
  /** Of a head: what it stands on. */
  head?: Record<string, unknown>;
  exports: string[];
  /** Why it cannot be used. */
  fault?: string;
};

export interface CurvePoint {
  readonly step: number;
  readonly epoch: number;
  /** Mean of the steps since the point before; `loss` is that of the epoch so far. */
  readonly batch_loss?: number | null;
  readonly loss?: number;
  readonly lr?: number;
  readonly acc?: number;
  readonly img_s?: number;
}

export interface EpochPoint {
  readonly epoch: number;
  readonly train_loss?: number | null;
  readonly val_loss?: number | null;
  readonly val_accuracy?: number | null;
  /** Of a training on tags. */
  readonly val_map?: number | null;
  /** Of an embedding. */
  readonly val_recall_at_1?: number | null;
}

export interface PerClass {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
  /** Of a tag. */
  readonly average_precision?: number;
  readonly threshold?: number;
}

/** How a split was answered; what a task has no figure for is not there. */
export interface SplitReport {
  readonly images: number;
  readonly accuracy: number;
  readonly log_loss?: number;
  readonly ece?: number;
  readonly macro_f1: number;
  readonly micro_f1?: number;
  readonly map?: number;
  readonly subset_accuracy?: number;
  readonly recall_at_1?: number;
  readonly recall_at_5?: number;
  readonly recall_at_10?: number;
  readonly class_accuracy?: number;
  /** Pictures that share their class with another: those that can be found. */
  readonly queries?: number;
  readonly per_class: readonly PerClass[];
  /** Rows are what is true, columns what was said. */
  readonly confusion: readonly (readonly number[])[];
  readonly reliability: readonly ReliabilityBin[];
}

export interface Mistake {
  readonly image_id: number;
  readonly split: Split;
  /** Positions in the list of classes; of tags null where it is not there, or was not said. */
  readonly true: number | null;
  readonly predicted: number | null;
  /** Of an embedding the cosine to the nearest picture. */
  readonly probability: number;
  /** Of an embedding: the nearest picture, which is of another class. */
  readonly neighbour?: number;
}

export type Task = "single" | "multi" | "embedding";

export interface RunReport {
  readonly task?: Task;
  readonly metrics: Metrics;
  readonly temperature: number;
  readonly splits: Partial<Record<Split, SplitReport>>;
  readonly worst: readonly Mistake[];
}

/** What a job that exports labels tells at its end. */
export interface ExportResult {
  readonly file: string;
  readonly items: number;
  readonly pictures: number;
  readonly left_out: number;
  readonly file_bytes: number | null;
  readonly missing_count: number;
  readonly missing: readonly { readonly where: string; readonly reason: string }[];
}

/** What a job that exports objects tells at its end. */
export interface ObjectExportResult {
  readonly kind: "objects";
  readonly file: string;
  readonly items: number;
  readonly annotations: number;
  readonly pictures: number;
  readonly missing_count: number;
  readonly converted: Readonly<Record<string, number>>;
  readonly left_out: Readonly<Record<string, number>>;
  readonly passed_over: number;
  readonly file_bytes: number | null;
}

/** An object that is suggested: `class_id` is null while the project has no class of its name. */
export type Ghost = Pick<EditorObject, "uid" | "kind" | "geometry"> & {
  readonly label: string;
  readonly class_id: number | null;
  readonly score: number;
  readonly source: string;
};

/** What one source suggests of a picture. */
export interface SuggestedBy {
  readonly source: string;
  readonly objects: readonly Omit<Ghost, "source">[];
}
