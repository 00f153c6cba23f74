import { useMutation } from "@tanstack/react-query";
import { Tabs } from "radix-ui";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { IngestReport, IngestRequest } from "@/api/types";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { IngestFields, type IngestForm } from "./IngestFields";
import { Report } from "./Report";
import { Upload } from "./Upload";

interface AddPicturesProps {
  project: string;
  onClose: () => void;
  onDone: () => void;
}

const request = (form: IngestForm): IngestRequest => {
  const extensions = form.extensions.split(/[\s,;]+/).filter(Boolean);
  return {
    source: form.source.trim(),
    labels: form.labels,
    mode: form.mode,
    extensions: extensions.length > 0 ? extensions : null,
    pages: form.pages,
  };
};

export function AddPictures({ project, onClose, onDone }: AddPicturesProps) {
  const [tab, setTab] = useState("folder");
  const [form, setForm] = useState<IngestForm>({
    source: "",
    labels: "auto",
    mode: "reference",
    extensions: "",
    pages: "auto",
  });
  const [looked, setLooked] = useState<{ form: IngestForm; report: IngestReport } | null>(null);
  const look = useMutation({
    mutationFn: () => api.lookAt(project, request(form)),
    onSuccess: (report) => setLooked({ form, report }),
  });
  const ingest = useMutation({
    mutationFn: () => api.ingest(project, request(form)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.jobs });
      toasts.say(`Adding pictures to ${project}`, { hint: "They can be looked at as soon as they are registered." });
      onDone();
    },
  });
  const report = looked?.form === form ? looked.report : null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (form.source.trim() === "") return;
    if (report) ingest.mutate();
    else look.mutate();
  };
  const error = look.error ?? ingest.error;
  const busy = look.isPending || ingest.isPending;
  const foot = tab === "folder" && (
    <>
      <Button onClick={onClose}>Cancel</Button>
      {report ? (
        <Button look="primary" type="submit" form="ingest" disabled={busy || report.added === 0}>
          Add {many(report.added, "picture")}
        </Button>
      ) : (
        <Button look="primary" type="submit" form="ingest" disabled={busy || form.source.trim() === ""}>
          {look.isPending ? "Looking …" : "Look first"}
        </Button>
      )}
    </>
  );

  return (
    <Dialog open onClose={onClose} title={`Add pictures to ${project}`} wide foot={foot || undefined}>
      <Tabs.Root value={tab} onValueChange={setTab} className="stack">
        <Tabs.List className="tabs-list" aria-label="Where the pictures are">
          <Tabs.Trigger className="tab" value="folder">
            A folder on this machine
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="upload">
            Upload from the browser
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="folder" className="stack">
          <form id="ingest" className="stack" onSubmit={submit}>
            <IngestFields value={form} onChange={setForm} invalid={look.isError} />
          </form>
          {error && <ErrorNote error={error} />}
          {report && <Report report={report} />}
        </Tabs.Content>
        <Tabs.Content value="upload">
          <Upload project={project} onDone={onDone} />
        </Tabs.Content>
      </Tabs.Root>
    </Dialog>
  );
}
