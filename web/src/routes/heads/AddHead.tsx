import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { headCalls, headKeys, type TrainedHead } from "@/api/heads";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { DropZone } from "@/ui/DropZone";
import { sentence } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isPickle } from "./facts";

interface Chosen {
  readonly head: File | null;
  readonly meta: File | null;
  readonly labelmap: File | null;
}

const NONE: Chosen = { head: null, meta: null, labelmap: null };
const isMeta = (file: File) => /\.meta\.(pkl|pickle|joblib)$/i.test(file.name);
const isNames = (file: File) => /\.(txt|ya?ml|names)$/i.test(file.name) || /label/i.test(file.name);

/** Sorts files that were dropped together: the head, its metadata, the names of its classes. */
function sorted(files: readonly File[], before: Chosen): Chosen {
  const meta = files.find(isMeta) ?? before.meta;
  const labelmap = files.find((file) => file !== meta && isNames(file)) ?? before.labelmap;
  const head = files.find((file) => file !== meta && file !== labelmap) ?? before.head;
  return { head, meta, labelmap };
}

function done(made: TrainedHead) {
  for (const key of [headKeys.all, keys.models]) void queries.invalidateQueries({ queryKey: key });
  const note = made.notes.map((one) => `${sentence(one)}.`).join(" ");
  toasts.say(`Added ${made.name}`, note === "" ? {} : { hint: note });
}

/** A head of another workspace, or one that another tool pickled. */
export function AddHead({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<Chosen>(NONE);
  const [name, setName] = useState("");
  const [encoder, setEncoder] = useState("");
  const { data: engines } = useQuery({ queryKey: keys.engines, queryFn: api.engines });
  const { head } = chosen;
  const foreign = head !== null && isPickle(head.name);
  const add = useMutation({
    mutationFn: (file: File) => headCalls.add({ ...chosen, head: file, name: name.trim(), encoder }),
    onSuccess: (made) => {
      done(made);
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (head && !add.isPending) add.mutate(head);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a head"
      about="A ZIP that was downloaded here or elsewhere, or a classifier that another tool pickled. A pickle is read as data; nothing of it is run."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="add-head" disabled={!head || add.isPending}>
            {add.isPending ? "Reading it …" : foreign ? "Convert" : "Add"}
          </Button>
        </>
      }
    >
      <form id="add-head" className="stack" onSubmit={submit}>
        <DropZone
          label="Drop the head here"
          hint=".zip or .safetensors; or .pkl or .joblib, with its .meta.pkl and labelmap if there are any"
          choose="Choose files"
          accept=".zip,.safetensors,.pkl,.pickle,.joblib,.txt,.yaml,.yml,.names"
          onFiles={(files) => setChosen((before) => sorted(files, before))}
        />
        {head && (
          <dl className="facts head-files" aria-label="What is added">
            <dt>Head</dt>
            <dd className="mono">{head.name}</dd>
            {chosen.meta && <dt>Metadata</dt>}
            {chosen.meta && <dd className="mono">{chosen.meta.name}</dd>}
            {chosen.labelmap && <dt>Names of classes</dt>}
            {chosen.labelmap && <dd className="mono">{chosen.labelmap.name}</dd>}
          </dl>
        )}
        <div className="field">
          <label htmlFor="head-name">Name</label>
          <input
            id="head-name"
            className="input"
            value={name}
            placeholder={head ? head.name.replace(/\.\w+$/, "") : "birds"}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {foreign && (
          <div className="field">
            <label htmlFor="head-encoder">Encoder</label>
            <select
              id="head-encoder"
              className="input"
              value={encoder}
              aria-describedby="head-encoder-hint"
              onChange={(event) => setEncoder(event.target.value)}
            >
              <option value="">as its metadata say</option>
              {(engines ?? [])
                .filter((one) => one.kind === "encoder")
                .map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.name}
                  </option>
                ))}
            </select>
            <span id="head-encoder-hint" className="muted small">
              What gave the vectors that it was trained on. Without metadata, 512 numbers mean CLIP ViT-B/32 and 768
              mean ViT-L/14.
            </span>
          </div>
        )}
        {add.error && <ErrorNote error={add.error} />}
      </form>
    </Dialog>
  );
}
