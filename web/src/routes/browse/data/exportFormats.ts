import type { ExportRequest, ObjectExportRequest } from "@/api/types";

export type LabelFormat = ExportRequest["format"];
export type ObjectFormat = ObjectExportRequest["format"];
export type Images = NonNullable<ExportRequest["images"]>;

export interface ExportFormat {
  readonly format: LabelFormat | ObjectFormat;
  readonly name: string;
  readonly about: string;
  readonly images: readonly Images[];
}

const ZIP: ExportFormat = {
  format: "zip",
  name: "ZIP",
  about: "Everything, to come back to: table, classes, splits, manifest",
  images: ["none", "copy", "link"],
};

/** Classes and tags of whole pictures. */
export const LABELS: readonly ExportFormat[] = [
  ZIP,
  { format: "csv", name: "CSV", about: "One table, for a spreadsheet or a script", images: ["none"] },
  {
    format: "imagefolder",
    name: "ImageFolder",
    about: "train, val and test with a folder for each class",
    images: ["copy"],
  },
  { format: "hf", name: "Hugging Face", about: "imagefolder with metadata.jsonl", images: ["copy"] },
  {
    format: "parquet",
    name: "Parquet",
    about: "One file of columns, with or without the pictures",
    images: ["none", "copy"],
  },
];

const BOTH = ["none", "copy"] as const;

/** What is drawn in pictures. */
export const OBJECTS: readonly ExportFormat[] = [
  { format: "yolo", name: "YOLO", about: "Boxes, to train with Ultralytics or darknet", images: BOTH },
  { format: "yolo-seg", name: "YOLO polygons", about: "Outlines; masks and boxes become some", images: BOTH },
  { format: "yolo-obb", name: "YOLO turned", about: "Oriented boxes", images: BOTH },
  { format: "yolo-pose", name: "YOLO poses", about: "Keypoints with their boxes", images: BOTH },
  { format: "coco", name: "COCO", about: "Every shape, attributes and scores; nothing is lost", images: BOTH },
  { format: "voc", name: "Pascal VOC", about: "An XML with boxes for each picture", images: BOTH },
  { format: "cvat", name: "CVAT", about: "Every shape, for CVAT's “images 1.1”", images: BOTH },
  { format: "labelstudio", name: "Label Studio", about: "Tasks as JSON", images: BOTH },
  { format: "labelme", name: "labelme", about: "A JSON for each picture; X-AnyLabeling too", images: BOTH },
  { format: "datumaro", name: "Datumaro", about: "Every shape, a JSON for each split", images: BOTH },
  { format: "dota", name: "DOTA", about: "Oriented boxes as four corners", images: BOTH },
  { format: "masks", name: "PNG masks", about: "A picture of classes and one of objects", images: BOTH },
  { format: "crops", name: "Crops", about: "Each object as a picture, in class folders", images: ["none"] },
];

export const isObjects = (format: string): format is ObjectFormat => OBJECTS.some((one) => one.format === format);

/** The format's entry; the first one for a name that is none. */
export const entryOf = (format: string): ExportFormat =>
  [...LABELS, ...OBJECTS].find((one) => one.format === format) ?? ZIP;
