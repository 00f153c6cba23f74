import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Skipped } from "@/api/types";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { DropZone } from "@/ui/DropZone";
import { many } from "@/ui/format";
import { Bar, ErrorNote } from "@/ui/States";
import { SkippedList } from "./Report";

const BATCH = 20;

interface Progress {
  done: number;
  total: number;
  added: number;
  skipped: Skipped[];
  error: unknown;
}

/** Uploads in small batches, so that a broken connection loses little and the bar tells the truth. */
export function Upload({ project, onDone }: { project: string; onDone: () => void }) {
  const [state, setState] = useState<Progress | null>(null);
  const busy = state !== null && state.done < state.total && state.error === null;

  const upload = async (list: File[]) => {
    let now: Progress = { done: 0, total: list.length, added: 0, skipped: [], error: null };
    setState(now);
    try {
      for (let i = 0; i < list.length; i += BATCH) {
        const batch = list.slice(i, i + BATCH);
        const answer = await api.upload(project, batch);
        now = {
          ...now,
          done: i + batch.length,
          added: now.added + answer.added,
          skipped: [...now.skipped, ...answer.skipped],
        };
        setState(now);
      }
    } catch (error) {
      setState({ ...now, error });
    }
    void queries.invalidateQueries({ queryKey: keys.projects });
    void queries.invalidateQueries({ queryKey: keys.project(project) });
  };

  return (
    <div className="stack">
      <DropZone
        label="Drop pictures here"
        hint="JPEG, PNG, WebP, BMP, GIF, TIFF, FITS, HEIC. They are copied into the project."
        disabled={busy}
        onFiles={(list) => void upload(list)}
      />
      {state && (
        <div className="stack" role="status">
          <Bar label="Upload" done={state.done} total={state.total} />
          <p className="small">
            {many(state.done, "file")} of {state.total} sent, {many(state.added, "picture")} added
          </p>
          {state.skipped.length > 0 && <SkippedList skipped={state.skipped} />}
        </div>
      )}
      {state?.error !== null && state?.error !== undefined && <ErrorNote error={state.error} />}
      {state && !busy && state.added > 0 && (
        <div className="row">
          <Button look="primary" onClick={onDone}>
            Look at them
          </Button>
        </div>
      )}
    </div>
  );
}
