import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { forms } from "@/api/forms";
import { keys } from "@/api/keys";
import { modelFiles } from "@/api/modelFiles";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { DropZone } from "@/ui/DropZone";
import { baseName, bytes, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";

interface Field {
  readonly id: "path" | "name" | "network" | "preprocess" | "output" | "classes" | "decoder" | "licence";
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
}

const PATH: Field = {
  id: "path",
  label: "File or folder on the server",
  placeholder: "/home/me/clip-vit-base-patch32",
};
const NAME: Field = { id: "name", label: "Name", placeholder: "clip" };
const MORE: readonly Field[] = [
  { id: "network", label: "Network", hint: "Of a .safetensors file without config.json.", placeholder: "resnet50" },
  {
    id: "preprocess",
    label: "Preprocessing",
    hint: "Where the file does not say it.",
    placeholder: "imagenet-224-crop",
  },
  {
    id: "classes",
    label: "Classes",
    hint: "Of a classifier or detector, in the order of its outputs.",
    placeholder: "cat, dog",
  },
  {
    id: "decoder",
    label: "Decoder",
    hint: "Makes it a detector: yolox, yolov5, yolov8, detr, rtdetr or boxes.",
    placeholder: "yolox",
  },
  { id: "output", label: "Output of the graph", hint: "Where an ONNX file has several.", placeholder: "embedding" },
  { id: "licence", label: "Licence", placeholder: "Apache-2.0" },
];
const EMPTY = {
  path: "",
  name: "",
  network: "",
  preprocess: "",
  output: "",
  classes: "",
  decoder: "",
  licence: "",
  key: "",
};
const names = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);

const plain = (path: string): string =>
  baseName(path.replace(/[\\/]+$/, "")).replace(/\.(onnx|safetensors|zip|zip\.age|age)$/i, "");

/** The name that files give: of the only file, or of the one that says what it is. */
const nameOf = (files: readonly File[]): string =>
  plain(
    files.length === 1
      ? (files[0]?.name ?? "")
      : (files.find((one) => /\.(onnx|safetensors)$/i.test(one.name))?.name ?? ""),
  );

function Dropped({ files, onClear }: { files: readonly File[]; onClear: () => void }) {
  const size = files.reduce((sum, one) => sum + one.size, 0);
  return (
    <div className="row dropped">
      <FileUp size={16} aria-hidden />
      <span className="grow small">
        {files.length === 1 ? files[0]?.name : many(files.length, "file")} <span className="muted">{bytes(size)}</span>
      </span>
      <Button small onClick={onClear}>
        Others
      </Button>
    </div>
  );
}

export function AddModel({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState(EMPTY);
  const [files, setFiles] = useState<readonly File[]>([]);
  const dropped = files.length > 0;
  const guess = dropped ? nameOf(files) : plain(form.path.trim());
  const name = form.name.trim() || guess;
  const said = {
    name,
    network: form.network.trim(),
    licence: form.licence.trim(),
    classes: names(form.classes),
    decoder: form.decoder.trim(),
    preprocess: form.preprocess.trim(),
    output: form.output.trim(),
  };
  const [parcel] = files.length === 1 && /\.(zip|age)$/i.test(files[0]?.name ?? "") ? files : [];
  const add = useMutation({
    mutationFn: () =>
      parcel
        ? forms.takePackage(parcel, { name: form.name.trim(), key: form.key })
        : dropped
          ? modelFiles.upload(files, said)
          : api.addModel({
              ...said,
              path: form.path.trim(),
              preprocess: said.preprocess || null,
              output: said.output || null,
            }),
    onSuccess: (model) => {
      for (const key of [keys.models, keys.engines]) void queries.invalidateQueries({ queryKey: key });
      toasts.say(`Added ${model.name}`);
      onClose();
    },
  });
  const ready = dropped || form.path.trim() !== "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ready && !add.isPending) add.mutate();
  };
  const field = ({ id, label, hint, placeholder }: Field) => (
    <div className="field" key={id}>
      <label htmlFor={`model-${id}`}>{label}</label>
      <input
        id={`model-${id}`}
        className={id === "path" ? "input mono" : "input"}
        value={form[id]}
        placeholder={id === "name" ? guess || placeholder : placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={hint ? `model-${id}-hint` : undefined}
        onChange={(event) => setForm({ ...form, [id]: event.target.value })}
      />
      {hint && (
        <span id={`model-${id}-hint`} className="muted small">
          {hint}
        </span>
      )}
    </div>
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a model"
      about="An ONNX file, an ONNX encoder and decoder, safetensors, a folder of transformers or timm, or a package. It is copied and tried; nothing is downloaded."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="add-model" disabled={!ready || add.isPending}>
            {add.isPending ? "Trying it …" : "Add"}
          </Button>
        </>
      }
    >
      <form id="add-model" className="stack" onSubmit={submit}>
        {dropped ? (
          <Dropped files={files} onClear={() => setFiles([])} />
        ) : (
          <>
            <DropZone
              label="Drop a file here, or all files of a folder"
              choose="Choose files"
              accept=""
              icon={<FileUp size={28} strokeWidth={1.5} aria-hidden />}
              onFiles={(found) => setFiles(found)}
            />
            {field(PATH)}
          </>
        )}
        {field(NAME)}
        {parcel ? (
          <div className="field">
            <label htmlFor="model-key">Key, if it is locked</label>
            <input
              id="model-key"
              className="input"
              type="password"
              autoComplete="off"
              value={form.key}
              onChange={(event) => setForm({ ...form, key: event.target.value })}
            />
            <span className="muted small">A passphrase, or AGE-SECRET-KEY-1…</span>
          </div>
        ) : (
          <details>
            <summary>More</summary>
            <div className="model-more">{MORE.map(field)}</div>
          </details>
        )}
        {add.error && <ErrorNote error={add.error} />}
      </form>
    </Dialog>
  );
}
