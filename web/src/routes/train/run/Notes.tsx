import { useEffect, useState } from "react";
import type { RunDetail } from "@/api/types";
import type { RunDeeds } from "./useRunDeeds";

const REST_MS = 800;

/** What one wants to remember of a training; saved when nobody has typed for a moment. */
export function Notes({ run, deeds }: { run: RunDetail; deeds: RunDeeds }) {
  const [text, setText] = useState(run.notes);
  const [dirty, setDirty] = useState(false);
  const save = deeds.note.mutate;
  useEffect(() => {
    if (!dirty) return;
    const timer = setTimeout(() => {
      save({ notes: text }, { onSuccess: () => setDirty(false) });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [dirty, text, save]);
  return (
    <div className="field run-notes">
      <label htmlFor="run-notes">
        Notes{" "}
        <span className="muted" role="status">
          {dirty ? "saving" : ""}
        </span>
      </label>
      <textarea
        id="run-notes"
        className="input"
        rows={text.includes("\n") ? 3 : 1}
        maxLength={20_000}
        placeholder="What was tried, and what came of it"
        value={text}
        onChange={(event) => {
          setDirty(true);
          setText(event.target.value);
        }}
        onBlur={() => dirty && save({ notes: text }, { onSuccess: () => setDirty(false) })}
      />
    </div>
  );
}
