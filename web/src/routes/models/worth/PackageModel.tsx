import { useMutation } from "@tanstack/react-query";
import { Download, Lock, Package } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { forms } from "@/api/forms";
import type { Model } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { isExported } from "../kinds";

type Lock = "none" | "passphrase" | "recipient";

const LOCKS: Readonly<Record<Lock, string>> = {
  none: "Open to everybody",
  passphrase: "Locked by a passphrase",
  recipient: "Locked for somebody’s age key",
};

/** Whether a package can be made of it: what ONNX Runtime answers for. */
const isPackable = (model: Model): boolean =>
  !model.fault &&
  (model.kind === "classifier" || model.kind === "encoder") &&
  (model.format === "onnx" || model.format === "torch");

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** What keeps a package from being locked as it is asked for, nothing when it can be. */
function lacks(lock: Lock, words: string, again: string): string {
  if (lock === "recipient" && !words.startsWith("age1")) return "A public key begins with age1.";
  if (lock === "passphrase" && words !== again) return "The two passphrases differ.";
  return words ? "" : "A passphrase is needed.";
}

function KeyFields({
  lock,
  words,
  again,
  onWords,
  onAgain,
}: {
  lock: Lock;
  words: string;
  again: string;
  onWords: (text: string) => void;
  onAgain: (text: string) => void;
}) {
  if (lock === "recipient") {
    return (
      <div className="field">
        <label htmlFor="package-recipient">Public key</label>
        <input
          id="package-recipient"
          className="input mono"
          value={words}
          placeholder="age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
          spellCheck={false}
          onChange={(event) => onWords(event.target.value.trim())}
        />
      </div>
    );
  }
  return (
    <div className="model-more">
      <div className="field">
        <label htmlFor="package-words">Passphrase</label>
        <input
          id="package-words"
          className="input"
          type="password"
          autoComplete="new-password"
          value={words}
          onChange={(event) => onWords(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="package-again">Once more</label>
        <input
          id="package-again"
          className="input"
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={(event) => onAgain(event.target.value)}
        />
      </div>
    </div>
  );
}

/** A model as one file for others. */
function PackageModel({ model, onClose }: { model: Model; onClose: () => void }) {
  const [lock, setLock] = useState<Lock>("none");
  const [words, setWords] = useState("");
  const [again, setAgain] = useState("");
  const make = useMutation({
    mutationFn: () => forms.locked(model.id, lock === "recipient" ? { recipients: [words] } : { passphrase: words }),
    onSuccess: (blob) => {
      save(blob, `${model.name}.zip.age`);
      toasts.say(`${model.name} is packed and locked`, {
        hint: "Without its key nobody opens it; it is kept nowhere.",
      });
      onClose();
    },
  });
  const fault = lock === "none" ? "" : lacks(lock, words, again);
  const exported = isExported(model);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!fault && exported && !make.isPending) make.mutate();
  };
  const choose = (one: Lock) => {
    setLock(one);
    setWords("");
    setAgain("");
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Package ${model.name}`}
      about="A ZIP that runs without Sightline: the model, its card, classes, preprocessing, licence, hashes, and sample code for numpy, Pillow and ONNX Runtime."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {lock === "none" ? (
            exported && (
              <a className="button primary" href={forms.packageUrl(model.id)} download onClick={onClose}>
                <Download size={16} aria-hidden /> Download
              </a>
            )
          ) : (
            <Button
              look="primary"
              type="submit"
              form="package-model"
              disabled={fault !== "" || !exported || make.isPending}
            >
              <Lock size={16} aria-hidden /> {make.isPending ? "Locking …" : "Lock and download"}
            </Button>
          )}
        </>
      }
    >
      <form id="package-model" className="stack" onSubmit={submit}>
        {!exported && <p className="note warn">It is not exported to ONNX yet: do that first, on this model’s page.</p>}
        <div className="stack tight-stack" role="radiogroup" aria-label="Who can open it">
          {(Object.keys(LOCKS) as Lock[]).map((one) => (
            <label key={one} className="check">
              <input type="radio" name="package-lock" checked={lock === one} onChange={() => choose(one)} />
              {LOCKS[one]}
            </label>
          ))}
        </div>
        {lock !== "none" && (
          <>
            <KeyFields lock={lock} words={words} again={again} onWords={setWords} onAgain={setAgain} />
            <p className="muted small" aria-live="polite">
              {(words || again) && fault
                ? fault
                : "The file is an ordinary age file: the age program opens it as well."}
            </p>
          </>
        )}
        {make.error && <ErrorNote error={make.error} />}
      </form>
    </Dialog>
  );
}

/** Asks how a model is packed; nothing where it cannot be. */
export function PackageButton({ model }: { model: Model }) {
  const [open, setOpen] = useState(false);
  if (!isPackable(model)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Package size={16} aria-hidden /> Package
      </Button>
      {open && <PackageModel model={model} onClose={() => setOpen(false)} />}
    </>
  );
}
