import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { baseName } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";

interface Field {
  readonly id: "path" | "name" | "network" | "preprocess" | "output" | "classes" | "decoder" | "licence";
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
}

const FIRST: readonly Field[] = [
  { id: "path", label: "File or folder on the server", placeholder: "/home/me/clip-vit-base-patch32" },
  { id: "name", label: "Name", placeholder: "clip" },
];
const MORE: readonly Field[] = [
  { id: "network", label: "Network", hint: "Needed for .safetensors.", placeholder: "resnet50" },
  {
    id: "preprocess",
    label: "Preprocessing",
    hint: "Where the file does not say it.",
    placeholder: "imagenet-224-crop",
  },
  { id: "output", label: "Output of the graph", hint: "Where an ONNX file has several.", placeholder: "embedding" },
  {
    id: "classes",
    label: "Classes",
    hint: "In the order of its outputs: then it classifies.",
    placeholder: "cat, dog",
  },
  {
    id: "decoder",
    label: "Decoder",
    hint: "How a detector's answer is read: yolox, yolov5, yolov8, detr, rtdetr or boxes.",
    placeholder: "yolox",
  },
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
};
const names = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);

const plain = (path: string): string => baseName(path.replace(/[\\/]+$/, "")).replace(/\.(onnx|safetensors)$/i, "");

export function AddModel({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState(EMPTY);
  const name = form.name.trim() || plain(form.path.trim());
  const add = useMutation({
    mutationFn: () =>
      api.addModel({
        path: form.path.trim(),
        name,
        network: form.network.trim(),
        licence: form.licence.trim(),
        preprocess: form.preprocess.trim() || null,
        output: form.output.trim() || null,
        classes: names(form.classes),
        decoder: form.decoder.trim(),
      }),
    onSuccess: (model) => {
      for (const key of [keys.models, keys.engines]) void queries.invalidateQueries({ queryKey: key });
      toasts.say(`Added ${model.name}`);
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (form.path.trim() !== "" && !add.isPending) add.mutate();
  };
  const field = ({ id, label, hint, placeholder }: Field) => (
    <div className="field" key={id}>
      <label htmlFor={`model-${id}`}>{label}</label>
      <input
        id={`model-${id}`}
        className={id === "path" ? "input mono" : "input"}
        value={form[id]}
        placeholder={id === "name" ? plain(form.path.trim()) || placeholder : placeholder}
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
      about="An ONNX file, safetensors of a known network, or a folder of transformers or timm. It is copied; nothing is downloaded."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="add-model" disabled={form.path.trim() === "" || add.isPending}>
            {add.isPending ? "Trying it …" : "Add"}
          </Button>
        </>
      }
    >
      <form id="add-model" className="stack" onSubmit={submit}>
        {FIRST.map(field)}
        <details>
          <summary>More</summary>
          <div className="model-more">{MORE.map(field)}</div>
        </details>
        {add.error && <ErrorNote error={add.error} />}
      </form>
    </Dialog>
  );
}
