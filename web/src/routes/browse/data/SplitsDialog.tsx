import { useMutation, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { NewSplits, SplitsReport } from "@/api/types";
import { announce, queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { Bar, ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import "./data.css";

type Method = NonNullable<NewSplits["method"]>;
interface Form {
  readonly method: Method;
  readonly by: string;
  readonly pattern: string;
  readonly val: number;
  readonly test: number;
  readonly seed: number;
  readonly keep: boolean;
}

const METHODS: readonly [Method, string][] = [
  ["hash", "Each file by its hash"],
  ["group", "Groups by their hash"],
  ["stratified", "The same shares in every class"],
];
const GROUPS: readonly [string, string][] = [
  ["image", "Nothing but the file"],
  ["folder", "Its folder"],
  ["folder:2", "The folder above"],
  ["name", "Its name without the counter"],
  ["name:", "A pattern in its name"],
  ["near", "Pictures that are nearly the same"],
  ["day", "The day it was taken (EXIF)"],
];
const SPLITS = ["train", "val", "test"] as const;

function bodyOf(form: Form): NewSplits {
  const by = form.by === "name:" ? `name:${form.pattern}` : form.by;
  return {
    method: form.method,
    group_by: form.method === "hash" ? null : by,
    val: form.val / 100,
    test: form.test / 100,
    seed: form.seed,
    keep: form.keep,
  };
}

function Fields({ form, onChange }: { form: Form; onChange: (part: Partial<Form>) => void }) {
  const number = (key: "val" | "test" | "seed", name: string, most: number) => (
    <div className="field">
      <label htmlFor={`split-${key}`}>{name}</label>
      <input
        id={`split-${key}`}
        className="input"
        type="number"
        min={0}
        max={most}
        value={form[key]}
        onChange={(event) => onChange({ [key]: Math.min(most, Math.max(0, Math.floor(Number(event.target.value)))) })}
      />
    </div>
  );
  return (
    <>
      <div className="data-options">
        <div className="field">
          <label htmlFor="split-method">Who goes where</label>
          <select
            id="split-method"
            className="input"
            value={form.method}
            onChange={(event) => {
              const method = event.target.value as Method;
              const by = method === "group" && form.by === "image" ? "folder" : form.by;
              onChange({ method, by, keep: method === "stratified" });
            }}
          >
            {METHODS.map(([method, name]) => (
              <option key={method} value={method}>
                {name}
              </option>
            ))}
          </select>
        </div>
        {form.method !== "hash" && (
          <div className="field">
            <label htmlFor="split-by">What stays together</label>
            <select
              id="split-by"
              className="input"
              value={form.by}
              onChange={(event) => onChange({ by: event.target.value })}
            >
              {GROUPS.filter(([by]) => form.method !== "group" || by !== "image").map(([by, name]) => (
                <option key={by} value={by}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        )}
        {form.method !== "hash" && form.by === "name:" && (
          <div className="field">
            <label htmlFor="split-pattern">Pattern; its first group counts</label>
            <input
              id="split-pattern"
              className="input mono"
              value={form.pattern}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => onChange({ pattern: event.target.value })}
            />
          </div>
        )}
        {number("val", "Val, %", 90)}
        {number("test", "Test, %", 90)}
        {number("seed", "Seed", 2 ** 31 - 1)}
      </div>
      <label className="check">
        <input type="checkbox" checked={form.keep} onChange={(event) => onChange({ keep: event.target.checked })} />
        Keep what a person, a folder or an earlier dealing has put somewhere
      </label>
    </>
  );
}

const change = (before: number, after: number) =>
  before === after ? count(after) : `${count(before)} → ${count(after)}`;

function Table({ report }: { report: SplitsReport }) {
  const rows = [{ class_id: 0, name: "all", before: report.before, after: report.after }, ...report.classes];
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Pictures in each split">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Class</th>
            {SPLITS.map((split) => (
              <th key={split} scope="col" className="num">
                {split}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.class_id}>
              <td>{row.name}</td>
              {SPLITS.map((split) => (
                <td key={split} className="num">
                  {change(row.before[split], row.after[split])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Train, val and test made anew: first what moves, then as one step of undo. */
export function SplitsDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const settings = useQuery({
    queryKey: keys.projectSettings(project),
    queryFn: () => api.projectSettings(project),
  });
  const [touched, setTouched] = useState<Partial<Form>>({});
  const known = (settings.data?.values ?? {}) as Partial<Record<string, unknown>>;
  const by = typeof known.split_by === "string" ? known.split_by : "image";
  const form: Form = {
    method: by === "image" ? "hash" : "group",
    by: by.startsWith("name:") ? "name:" : by,
    pattern: by.startsWith("name:") ? by.slice(5) : "^(.+)_",
    val: Math.round(100 * Number(known.val_share ?? 0.15)),
    test: Math.round(100 * Number(known.test_share ?? 0.15)),
    seed: Number(known.split_seed ?? 42),
    keep: false,
    ...touched,
  };
  const asked = useDeferredValue(JSON.stringify(bodyOf(form)));
  const looked = useQuery({
    queryKey: ["splits", project, asked],
    queryFn: () => api.splits(project, { ...(JSON.parse(asked) as NewSplits), dry_run: true }),
    enabled: settings.data !== undefined,
    staleTime: 0,
    retry: false,
  });
  const report = looked.data;
  const split = useMutation({
    mutationFn: () => api.splits(project, { ...bodyOf(form), expect: report?.moved ?? 0 }),
    onSuccess: (done) => {
      for (const key of [keys.project(project), keys.journal(project), keys.images]) {
        void queries.invalidateQueries({ queryKey: key });
      }
      toasts.say(done.description);
      announce(done.description);
      onClose();
    },
    onError: () => void looked.refetch(),
  });
  const error = split.error ?? looked.error ?? settings.error;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Splits of ${project}`}
      about="What stays together is never parted, and pictures that come later follow the rule. It is one undo step."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={!report || report.moved === 0 || split.isPending}
            onClick={() => split.mutate()}
          >
            {report ? `Move ${many(report.moved, "picture")}` : "Move"}
          </Button>
        </>
      }
    >
      <Fields form={form} onChange={(part) => setTouched((now) => ({ ...now, ...part }))} />
      {looked.isFetching && !report && <Bar label="Looking" done={0} total={null} />}
      {error && <ErrorNote error={error} />}
      {report && <Table report={report} />}
      {report?.notes.map((note) => (
        <p key={note} className="note warn small">
          {note}
        </p>
      ))}
    </Dialog>
  );
}
