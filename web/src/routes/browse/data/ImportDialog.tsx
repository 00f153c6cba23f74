import { useMutation } from "@tanstack/react-query";
import { Tabs } from "radix-ui";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import type { ImportReport as Labels, ImportRequest, ObjectImportReport as Objects } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { DropZone } from "@/ui/DropZone";
import { many } from "@/ui/format";
import { Bar, ErrorNote } from "@/ui/States";
import "./data.css";
import { ImportReport } from "./ImportReport";
import { JobLine } from "./JobLine";
import { ObjectReport } from "./ObjectReport";
import { useJob } from "./useJob";

type Form = Omit<ImportRequest, "dry_run">;
type Report = Labels | Objects;

const MODES: readonly [Form["mode"], string][] = [
  ["merge", "Keep what is there, add what is missing"],
  ["replace", "What comes counts"],
  ["add", "Only images that have nothing"],
];

const OBJECTS: readonly [Form["format"], string][] = [
  ["yolo", "YOLO"],
  ["yolo-seg", "YOLO polygons"],
  ["yolo-obb", "YOLO oriented boxes"],
  ["yolo-pose", "YOLO poses"],
  ["coco", "COCO"],
  ["voc", "Pascal VOC"],
  ["cvat", "CVAT for images"],
  ["labelstudio", "Label Studio"],
  ["labelme", "labelme, X-AnyLabeling"],
  ["datumaro", "Datumaro"],
  ["dota", "DOTA"],
  ["masks", "PNG masks"],
];

const LABELS: readonly [Form["format"], string][] = [
  ["zip", "ZIP of labels"],
  ["csv", "CSV"],
  ["imagefolder", "Class folders"],
  ["hf", "Hugging Face"],
  ["parquet", "Parquet"],
  ["hoshina", "HOSHINA"],
  ["hootsight", "HootSight"],
];

function Formats({ label, formats }: { label: string; formats: typeof OBJECTS }) {
  return (
    <optgroup label={label}>
      {formats.map(([format, name]) => (
        <option key={format} value={format}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}

function Options({ form, onChange }: { form: Form; onChange: (part: Partial<Form>) => void }) {
  return (
    <div className="data-options">
      <div className="field">
        <label htmlFor="import-mode">If both say something</label>
        <select
          id="import-mode"
          className="input"
          value={form.mode}
          onChange={(event) => onChange({ mode: event.target.value as Form["mode"] })}
        >
          {MODES.map(([mode, name]) => (
            <option key={mode} value={mode}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="import-format">Format</label>
        <select
          id="import-format"
          className="input"
          value={form.format}
          onChange={(event) => onChange({ format: event.target.value as Form["format"] })}
        >
          <option value="auto">Find out</option>
          <Formats label="Objects in pictures" formats={OBJECTS} />
          <Formats label="Labels of pictures" formats={LABELS} />
        </select>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={form.add_images}
          onChange={(event) => onChange({ add_images: event.target.checked })}
        />
        Add pictures that this project lacks
      </label>
    </div>
  );
}

const isObjects = (report: Report): report is Objects => "kind" in report;

const isWork = (report: Report, form: Form): boolean =>
  (isObjects(report) && report.waiting > 0) ||
  report.changed > 0 ||
  report.classes.new.length > 0 ||
  (form.add_images && report.pictures.lacking > 0);

/** Labels from elsewhere: look first, then take them in as one undo step. */
export function ImportDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [tab, setTab] = useState("file");
  const [form, setForm] = useState<Form>({ source: "", format: "auto", mode: "merge", add_images: false, mapping: {} });
  const [file, setFile] = useState("");
  const [looked, setLooked] = useState<{ form: Form; report: Report } | null>(null);
  const look = useMutation({
    mutationFn: (asked: Form) => api.lookAtLabels(project, asked),
    onSuccess: (report, asked) => setLooked({ form: asked, report }),
  });
  const send = useMutation({
    mutationFn: (sent: File) => api.sendLabels(project, sent, form),
    onSuccess: (report, sent) => {
      const next = { ...form, source: report.source };
      setFile(sent.name);
      setForm(next);
      setLooked({ form: next, report });
    },
  });
  const { job, begin, stop, busy, forget } = useJob(() => api.importLabels(project, form));
  const report = looked?.form === form ? looked.report : null;
  const done = job?.state === "done" ? (job.result as unknown as Report) : null;
  /** What was asked for before, and what came of it, no longer counts. */
  const start = (next: Form) => {
    setForm(next);
    forget();
    for (const one of [look, send, begin]) one.reset();
  };
  const change = (part: Partial<Form>) => {
    const next = { ...form, ...part };
    start(next);
    if (tab === "file" && next.source !== "") look.mutate(next);
  };
  const relook = (next: Form) => {
    start(next);
    look.mutate(next);
  };
  const shown = done ?? report;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (form.source.trim() !== "") look.mutate(form);
  };
  const looking = look.isPending || send.isPending;
  const error = look.error ?? send.error ?? begin.error;
  const foot = done ? (
    <Button look="primary" onClick={onClose}>
      Done
    </Button>
  ) : (
    <>
      <Button onClick={busy && job ? () => stop.mutate() : onClose}>{busy && job ? "Stop" : "Cancel"}</Button>
      {report || tab === "file" ? (
        <Button
          look="primary"
          disabled={!report || looking || busy || !isWork(report, form)}
          onClick={() => begin.mutate()}
        >
          {report ? `Import ${many(report.changed, "image")}` : "Import"}
        </Button>
      ) : (
        <Button look="primary" type="submit" form="import" disabled={looking || form.source.trim() === ""}>
          {looking ? "Looking …" : "Look first"}
        </Button>
      )}
    </>
  );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Import labels into ${project}`}
      about={
        done
          ? "It is done, and one undo step."
          : "Nothing changes before you have seen what would. It is one undo step."
      }
      foot={foot}
    >
      {!done && (
        <>
          <Tabs.Root
            value={tab}
            onValueChange={(next) => {
              setTab(next);
              start({ ...form, source: "", mapping: {} });
            }}
            className="stack"
          >
            <Tabs.List className="tabs-list" aria-label="Where the labels are">
              <Tabs.Trigger className="tab" value="file">
                A file from the browser
              </Tabs.Trigger>
              <Tabs.Trigger className="tab" value="path">
                A path on this machine
              </Tabs.Trigger>
            </Tabs.List>
            <Tabs.Content value="file" className="stack">
              <DropZone
                label={file && form.source ? file : "Drop a ZIP, a JSON, an XML, a CSV or a Parquet file here"}
                hint="YOLO, COCO, VOC, CVAT, Label Studio and others; with or without pictures"
                choose="Choose a file"
                accept=".zip,.json,.xml,.csv,.tsv,.txt,.parquet,.db"
                multiple={false}
                disabled={looking || busy}
                onFiles={([first]) => {
                  start({ ...form, source: "", mapping: {} });
                  if (first) send.mutate(first);
                }}
              />
            </Tabs.Content>
            <Tabs.Content value="path">
              <form id="import" className="field" onSubmit={submit}>
                <label htmlFor="import-source">Folder or file</label>
                <input
                  id="import-source"
                  className="input mono"
                  value={form.source}
                  placeholder="/home/me/labels.zip"
                  autoComplete="off"
                  spellCheck={false}
                  aria-invalid={look.isError}
                  onChange={(event) => change({ source: event.target.value })}
                />
              </form>
            </Tabs.Content>
          </Tabs.Root>
          <Options form={form} onChange={change} />
        </>
      )}
      {looking && <Bar label="Looking" done={0} total={null} />}
      {error && <ErrorNote error={error} />}
      <JobLine job={job} />
      {shown && isObjects(shown) && (
        <ObjectReport report={shown} mapping={form.mapping} onChange={(mapping) => relook({ ...form, mapping })} />
      )}
      {shown && !isObjects(shown) && <ImportReport report={shown} />}
    </Dialog>
  );
}
