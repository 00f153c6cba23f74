import { Download } from "lucide-react";
import { Tabs } from "radix-ui";
import { useState } from "react";
import { api, urls } from "@/api/calls";
import type { ExportResult, ObjectExportResult, Split } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { bytes, count, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import "./data.css";
import { entryOf, type ExportFormat, type Images, isObjects, LABELS, OBJECTS } from "./exportFormats";
import { JobLine } from "./JobLine";
import { Pairs } from "./Lists";
import { ObjectResult } from "./ObjectResult";
import { useJob } from "./useJob";

const IMAGES: Readonly<Record<Images, string>> = {
  none: "Leave them out",
  copy: "Put them in",
  link: "List where they lie",
};

const SPLITS: readonly Split[] = ["train", "val", "test"];

interface Form {
  format: ExportFormat["format"];
  images: Images;
  splits: readonly Split[];
  /** Only labelled pictures; of objects: also pictures that nobody has looked at. */
  labelled: boolean;
  every: boolean;
}

function FormatList({
  legend,
  formats,
  value,
  onChange,
}: {
  legend: string;
  formats: readonly ExportFormat[];
  value: Form;
  onChange: (next: Form) => void;
}) {
  return (
    <fieldset className="format-list">
      <legend>{legend}</legend>
      {formats.map((one) => (
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
  );
}

function Fields({ value, onChange }: { value: Form; onChange: (next: Form) => void }) {
  const images = entryOf(value.format).images;
  const drawn = isObjects(value.format);
  return (
    <>
      <Tabs.Root
        value={drawn ? "objects" : "labels"}
        onValueChange={(tab) => {
          const first = entryOf(tab === "objects" ? "coco" : "zip");
          onChange({ ...value, format: first.format, images: first.images[0] ?? "none" });
        }}
        className="stack"
      >
        <Tabs.List className="tabs-list" aria-label="What to export">
          <Tabs.Trigger className="tab" value="labels">
            Labels of pictures
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="objects">
            Objects in pictures
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="labels">
          <FormatList legend="Format" formats={LABELS} value={value} onChange={onChange} />
        </Tabs.Content>
        <Tabs.Content value="objects" className="format-columns">
          <FormatList legend="Format" formats={OBJECTS} value={value} onChange={onChange} />
        </Tabs.Content>
      </Tabs.Root>
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
                checked={drawn ? value.every : value.labelled}
                onChange={(event) => onChange({ ...value, [drawn ? "every" : "labelled"]: event.target.checked })}
              />
              {drawn ? "also those nobody has looked at" : "only labelled"}
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
  const [form, setForm] = useState<Form>({
    format: "zip",
    images: "none",
    splits: SPLITS,
    labelled: false,
    every: false,
  });
  const asked = form.splits.length === SPLITS.length ? [] : [...form.splits];
  const { job, begin, stop, busy, forget } = useJob(() =>
    isObjects(form.format)
      ? api.exportObjects(project, {
          format: form.format,
          images: form.images,
          splits: asked,
          reviews: [],
          classes: [],
          every: form.every,
        })
      : api.exportLabels(project, {
          format: form.format,
          images: form.images,
          splits: asked,
          statuses: form.labelled ? ["labelled"] : [],
        }),
  );
  const result = job?.state === "done" ? (job.result as unknown as ExportResult | ObjectExportResult) : null;
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
      {result && ("kind" in result ? <ObjectResult result={result} /> : <Result result={result} />)}
    </Dialog>
  );
}
