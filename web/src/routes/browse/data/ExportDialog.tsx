import { Download } from "lucide-react";
import { useState } from "react";
import { api, urls } from "@/api/calls";
import type { ExportRequest, ExportResult, Split } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { bytes, count, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import "./data.css";
import { JobLine } from "./JobLine";
import { Pairs } from "./Lists";
import { useJob } from "./useJob";

type Format = ExportRequest["format"];
type Images = NonNullable<ExportRequest["images"]>;

const FORMATS: readonly { format: Format; name: string; about: string; images: readonly Images[] }[] = [
  {
    format: "zip",
    name: "ZIP",
    about: "Everything, to come back to: table, classes, splits, manifest",
    images: ["none", "copy", "link"],
  },
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

const IMAGES: Readonly<Record<Images, string>> = {
  none: "Leave them out",
  copy: "Put them in",
  link: "List where they lie",
};

const SPLITS: readonly Split[] = ["train", "val", "test"];

interface Form {
  format: Format;
  images: Images;
  splits: readonly Split[];
  labelled: boolean;
}

function Fields({ value, onChange }: { value: Form; onChange: (next: Form) => void }) {
  const images = FORMATS.find((one) => one.format === value.format)?.images ?? ["none"];
  return (
    <>
      <fieldset className="format-list">
        <legend>Format</legend>
        {FORMATS.map((one) => (
          <label key={one.format} className="format">
            <input
              type="radio"
              name="format"
              checked={value.format === one.format}
              onChange={() => onChange({ ...value, format: one.format, images: one.images[0] ?? "none" })}
            />
            <b>{one.name}</b>
            <span className="muted small">{one.about}</span>
          </label>
        ))}
      </fieldset>
      <div className="data-options">
        <div className="field">
          <label htmlFor="export-images">Pictures</label>
          <select
            id="export-images"
            className="input"
            value={value.images}
            disabled={images.length < 2}
            onChange={(event) => onChange({ ...value, images: event.target.value as Images })}
          >
            {images.map((one) => (
              <option key={one} value={one}>
                {IMAGES[one]}
              </option>
            ))}
          </select>
        </div>
        <fieldset>
          <legend>Which images</legend>
          <div className="checks">
            {SPLITS.map((split) => (
              <label key={split} className="check">
                <input
                  type="checkbox"
                  checked={value.splits.includes(split)}
                  onChange={(event) =>
                    onChange({
                      ...value,
                      splits: SPLITS.filter((one) =>
                        one === split ? event.target.checked : value.splits.includes(one),
                      ),
                    })
                  }
                />
                {split}
              </label>
            ))}
            <label className="check">
              <input
                type="checkbox"
                checked={value.labelled}
                onChange={(event) => onChange({ ...value, labelled: event.target.checked })}
              />
              only labelled
            </label>
          </div>
        </fieldset>
      </div>
    </>
  );
}

function Result({ result }: { result: ExportResult }) {
  return (
    <div className="stack data-lists" role="status">
      <p>
        <b>{result.file}</b>{" "}
        <span className="muted">
          {[
            many(result.items, "image"),
            ...(result.pictures > 0 ? [many(result.pictures, "picture")] : []),
            bytes(result.file_bytes ?? 0),
          ].join(", ")}
        </span>
      </p>
      {result.left_out > 0 && (
        <p className="small muted">{count(result.left_out)} without a class have no place in this format.</p>
      )}
      {result.missing_count > 0 && (
        <Pairs
          title={`${many(result.missing_count, "picture")} could not be taken`}
          rows={result.missing.map((one) => [one.where, one.reason])}
          heads={["picture", "why"]}
        />
      )}
    </div>
  );
}

/** Labels for other tools: choose, wait, download. */
export function ExportDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [form, setForm] = useState<Form>({ format: "zip", images: "none", splits: SPLITS, labelled: false });
  const { job, begin, stop, busy, forget } = useJob(() =>
    api.exportLabels(project, {
      format: form.format,
      images: form.images,
      splits: form.splits.length === SPLITS.length ? [] : [...form.splits],
      statuses: form.labelled ? ["labelled"] : [],
    }),
  );
  const result = job?.state === "done" ? (job.result as unknown as ExportResult) : null;
  const foot = (
    <>
      <Button onClick={busy && job ? () => stop.mutate() : onClose}>{busy && job ? "Stop" : "Close"}</Button>
      {result ? (
        <a className="button primary" href={urls.exported(project, result.file)} download>
          <Download size={16} aria-hidden /> Download
        </a>
      ) : (
        <Button look="primary" disabled={busy || form.splits.length === 0} onClick={() => begin.mutate()}>
          Export
        </Button>
      )}
    </>
  );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Export the labels of ${project}`}
      about="The same labels give the same file, byte for byte."
      foot={foot}
    >
      <Fields
        value={form}
        onChange={(next) => {
          setForm(next);
          forget();
        }}
      />
      {begin.error && <ErrorNote error={begin.error} />}
      <JobLine job={job} />
      {result && <Result result={result} />}
    </Dialog>
  );
}
