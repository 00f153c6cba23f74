import { useMutation, useQuery } from "@tanstack/react-query";
import { Grid2x2Check } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { FoldSet } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ago, fixed } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import type { SlotProps } from "../start/slots";
import "./folds.css";

const GROUPS: readonly [string, string][] = [
  ["", "As the project's splits"],
  ["image", "Nothing but the file"],
  ["folder", "Its folder"],
  ["folder:2", "The folder above"],
  ["name", "Its name without the counter"],
  ["near", "Pictures that are nearly the same"],
  ["day", "The day it was taken (EXIF)"],
];
const SHOWN: readonly [string, string][] = [
  ["val.accuracy", "accuracy"],
  ["val.macro_f1", "macro F1"],
  ["val.log_loss", "log loss"],
  ["test.accuracy", "test accuracy"],
];

/** The folds of one set: each run, then the mean and how far they lie apart. */
function SetTable({ project, set }: { project: string; set: FoldSet }) {
  const columns = SHOWN.filter(([key]) => key in set.mean);
  return (
    <section className="fold-set" aria-label={`Folds of ${set.id}`}>
      <p className="small">
        <b>{set.folds} folds</b> by {set.group_by} · {set.finished} finished · {ago(set.created_at)}
      </p>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Fold</th>
            <th scope="col">State</th>
            {columns.map(([key, name]) => (
              <th key={key} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {set.runs.map((row) => (
            <tr key={row.fold}>
              <td>{row.state === "gone" ? row.fold + 1 : <Link to={to.run(project, row.run)}>{row.fold + 1}</Link>}</td>
              <td>{row.state === "gone" ? "deleted" : row.state}</td>
              {columns.map(([key]) => (
                <td key={key} className="num">
                  {fixed(row.figures[key], 3)}
                </td>
              ))}
            </tr>
          ))}
          {columns.length > 0 && (
            <tr className="fold-mean">
              <th scope="row" colSpan={2}>
                Mean ± spread
              </th>
              {columns.map(([key]) => (
                <td key={key} className="num">
                  {fixed(set.mean[key], 3)}
                  {typeof set.spread[key] === "number" && ` ± ${fixed(set.spread[key], 3)}`}
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

function FoldsDialog({ project, spec, onClose }: Pick<SlotProps, "project" | "spec"> & { onClose: () => void }) {
  const [folds, setFolds] = useState(5);
  const [by, setBy] = useState("");
  const sets = useQuery({
    queryKey: keys.folds(project),
    queryFn: () => api.folds(project),
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.some((one) => one.state === "running") ? 3_000 : false),
  });
  const start = useMutation({
    mutationFn: () => api.startFolds(project, { folds, group_by: by === "" ? null : by, spec }),
    onSuccess: () => {
      for (const key of [keys.folds(project), keys.runs(project), keys.jobs]) {
        void queries.invalidateQueries({ queryKey: key });
      }
    },
  });
  const error = start.error ?? sets.error;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Cross-validation"
      about="One training for each fold, one after the other, with the settings of the form. Test stays out of all of them."
      foot={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" disabled={start.isPending} onClick={() => start.mutate()}>
            Queue {folds} trainings
          </Button>
        </>
      }
    >
      <div className="fold-fields">
        <div className="field">
          <label htmlFor="fold-count">Folds</label>
          <input
            id="fold-count"
            className="input"
            type="number"
            min={2}
            max={100}
            value={folds}
            onChange={(event) => setFolds(Math.min(100, Math.max(2, Math.floor(Number(event.target.value)))))}
          />
        </div>
        <div className="field grow">
          <label htmlFor="fold-by">What stays in one fold</label>
          <select id="fold-by" className="input" value={by} onChange={(event) => setBy(event.target.value)}>
            {GROUPS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </div>
      {error && <ErrorNote error={error} />}
      {sets.data?.map((set) => (
        <SetTable key={set.id} project={project} set={set} />
      ))}
      {sets.data?.length === 0 && <p className="muted small">No folds have been trained yet.</p>}
    </Dialog>
  );
}

/** The way to cross-validation, beside the button that starts one training. */
export function Folds({ project, spec }: SlotProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Grid2x2Check size={16} aria-hidden /> Cross-validate
      </Button>
      {open && <FoldsDialog project={project} spec={spec} onClose={() => setOpen(false)} />}
    </>
  );
}
