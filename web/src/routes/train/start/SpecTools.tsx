import { Braces, Diff, Download, FolderOpen, ListChecks } from "lucide-react";
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import type { Run } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import { toasts } from "@/ui/toasts";
import { Against } from "./Against";
import type { Spec } from "./spec";
import type { Draft } from "./useDraft";

const MOST_BYTES = 1_000_000;

function save(project: string, spec: Spec): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(spec, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${project}-spec.json`;
  link.click();
  URL.revokeObjectURL(url);
}

function useLoad(project: string, draft: Draft) {
  return async (file: File) => {
    if (file.size > MOST_BYTES) {
      toasts.say(`${file.name} is too large for settings`, { tone: "bad", hint: "At most 1 MB." });
      return;
    }
    try {
      const format = /\.ya?ml$/i.test(file.name) ? "yaml" : "json";
      const answer = await api.checkSpec(project, { text: await file.text(), format, mode: "new" });
      if (answer.spec === null) {
        const [one] = answer.problems;
        toasts.say(`${file.name}: ${one?.message ?? "is not valid"}`, { tone: "bad", hint: one?.hint ?? "" });
        return;
      }
      draft.begin({ kind: "given", name: file.name, spec: answer.spec });
      const lifted = answer.moved.length > 0 ? "It was of an older version and has been lifted." : "";
      toasts.say(`Settings of ${file.name}`, { tone: "good", hint: lifted });
    } catch (error) {
      toasts.fail(error);
    }
  };
}

interface SpecToolsProps {
  project: string;
  draft: Draft;
  runs: readonly Run[];
  asText: boolean;
  onText: (asText: boolean) => void;
}

/** Above the settings: form or text, what differs, and the way to and from a file. */
export function SpecTools({ project, draft, runs, asText, onText }: SpecToolsProps) {
  const [comparing, setComparing] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const load = useLoad(project, draft);
  return (
    <>
      <div className="row spec-tools">
        <div className="segments" role="group" aria-label="Settings as">
          <button type="button" className="segment" aria-pressed={!asText} onClick={() => onText(false)}>
            <ListChecks size={14} aria-hidden /> Form
          </button>
          <button type="button" className="segment" aria-pressed={asText} onClick={() => onText(true)}>
            <Braces size={14} aria-hidden /> Text
          </button>
        </div>
        <span className="muted small grow ellipsis">
          {draft.base.kind === "preset" && `From the preset ${draft.base.name}`}
          {draft.base.kind === "run" && "From a former training"}
          {draft.base.kind === "given" && `From ${draft.base.name}`}
        </span>
        <Button small look="quiet" aria-pressed={comparing} onClick={() => setComparing(!comparing)}>
          <Diff size={14} aria-hidden /> Compare
        </Button>
        <IconButton label="Load settings from a file" small onClick={() => file.current?.click()}>
          <FolderOpen size={14} aria-hidden />
        </IconButton>
        <IconButton label="Save the settings to a file" small onClick={() => save(project, draft.spec)}>
          <Download size={14} aria-hidden />
        </IconButton>
        <input
          ref={file}
          type="file"
          hidden
          accept=".json,.jsonc,.json5,.yaml,.yml"
          aria-label="Settings from a file"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            event.target.value = "";
            if (chosen) void load(chosen);
          }}
        />
      </div>
      {comparing && <Against project={project} draft={draft} runs={runs} />}
      {!comparing && (draft.base.kind === "given" || draft.base.kind === "run") && (
        <Button small look="quiet" onClick={() => draft.begin({ kind: "suggested" })}>
          Back to what suits the data
        </Button>
      )}
    </>
  );
}
