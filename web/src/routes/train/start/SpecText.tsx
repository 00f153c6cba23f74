import { useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import type { Mode } from "@/api/types";
import { toasts } from "@/ui/toasts";
import { Problems } from "./Problems";
import { useCheck } from "./useCheck";
import type { Draft } from "./useDraft";

type Format = "json" | "yaml";

interface SpecTextProps {
  project: string;
  draft: Draft;
  mode: Mode;
  parent: string;
  /** Hears whether the text can be trained as it stands. */
  onValid: (valid: boolean) => void;
}

/** The settings as a text: checked by the server as one types, taken over when they are right. */
export default function SpecText({ project, draft, mode, parent, onValid }: SpecTextProps) {
  const [format, setFormat] = useState<Format>("yaml");
  const [text, setText] = useState<string | null>(null);
  const [typed, setTyped] = useState(false);
  const { set } = draft;
  const first = useRef(draft.spec);

  useEffect(() => {
    let gone = false;
    api
      .checkSpec(project, { spec: first.current, format, mode, parent: parent === "" ? null : parent })
      .then((answer) => {
        if (gone) return;
        setText(answer.spec === null ? JSON.stringify(first.current, null, 2) : answer.text);
        if (answer.spec === null) setFormat("json");
      })
      .catch((error: unknown) => toasts.fail(error));
    return () => {
      gone = true;
    };
  }, [project, format, mode, parent]);

  const { checked, waiting } = useCheck(project, typed && text !== null ? { text, format } : null, mode, parent);
  useEffect(() => {
    if (checked?.spec == null) return;
    first.current = checked.spec;
    set(checked.spec);
  }, [checked, set]);

  const valid = !typed || (!waiting && checked?.spec != null);
  useEffect(() => {
    onValid(valid);
    return () => onValid(true);
  }, [valid, onValid]);

  const problems = typed ? (checked?.problems ?? []) : [];
  const moved = typed ? (checked?.moved ?? []) : [];
  return (
    <div className="stack spec-text">
      <div className="row">
        <label htmlFor="spec-text" className="grow">
          All settings
        </label>
        <span className="small muted" role="status">
          {waiting && typed ? "Checking" : problems.length > 0 ? "Not valid yet" : "Valid"}
        </span>
        <div className="segments" role="group" aria-label="Format">
          {(["yaml", "json"] as const).map((one) => (
            <button
              key={one}
              type="button"
              className="segment"
              aria-pressed={format === one}
              onClick={() => {
                setTyped(false);
                setFormat(one);
              }}
            >
              {one.toUpperCase()}
            </button>
          ))}
        </div>
      </div>
      <textarea
        id="spec-text"
        className="input mono"
        rows={24}
        spellCheck={false}
        value={text ?? ""}
        aria-invalid={problems.length > 0}
        aria-busy={text === null}
        onChange={(event) => {
          setTyped(true);
          setText(event.target.value);
        }}
      />
      {moved.length > 0 && (
        <p className="note small">
          Written for an older version: {moved.map((one) => `${one.from} is now ${one.to}`).join(", ")}.
        </p>
      )}
      <Problems problems={problems} all />
    </div>
  );
}
