import { useMutation, useQuery } from "@tanstack/react-query";
import { Play, Search } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Mode, Project } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import type { FormGroup } from "@/forms/SchemaForm";
import type { Schema } from "@/forms/schema";
import { Button } from "@/ui/Button";
import { count, many } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { first } from "../modes";
import { useRuns } from "../RunList";
import { drawn, GROUPS, NAMES, shownOf } from "./groups";
import { ModeChoice } from "./ModeChoice";
import { NetworkPicker } from "./NetworkPicker";
import { Problems } from "./Problems";
import { SLOTS, type SlotProps } from "./slots";
import type { Spec } from "./spec";
import { SpecTools } from "./SpecTools";
import { useCheck } from "./useCheck";
import { useDraft, type Base, type Draft } from "./useDraft";
import "./start.css";

const SchemaForm = lazy(() => import("@/forms/SchemaForm"));
const SpecText = lazy(() => import("./SpecText"));
const UI = { model: { name: { "ui:widget": "network" } } };
const CONTROLS = { network: NetworkPicker };

const TITLES: Readonly<Record<Mode, string>> = {
  new: "New training",
  resume: "Resume a training",
  finetune: "Fine-tune a training",
};

const isMode = (word: string | null): word is Mode => word === "new" || word === "resume" || word === "finetune";

function Readiness({ about, project }: { about: Project; project: string }) {
  if (about.labelled === 0) {
    return (
      <div className="note warn">
        <div>
          Nothing is labelled yet, so there is nothing to learn from.{" "}
          <Link to={to.browse(project)}>Label some pictures</Link> first.
        </div>
      </div>
    );
  }
  return (
    <p className="muted">
      Learns from {many(about.labelled, "labelled picture")} of {count(about.images)} in{" "}
      {many(about.classes, "class", "classes")}.
    </p>
  );
}

/** The schema as the form draws it, with the models that weights may come from. */
function useDrawn(resuming: boolean) {
  const schema = useQuery({ queryKey: keys.trainSchema, queryFn: api.trainSchema, staleTime: Infinity });
  const models = useQuery({ queryKey: keys.models, queryFn: api.models });
  const shown = useMemo(() => {
    const weights = (models.data ?? []).filter((one) => one.kind === "classifier").map((one) => one.name);
    return schema.data && drawn(schema.data, weights, resuming);
  }, [schema.data, models.data, resuming]);
  return { schema: shown, error: schema.error };
}

function useStart(project: string, mode: Mode, parent: string) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (spec: Spec) => api.startRun(project, { spec, mode, parent: parent === "" ? null : parent }),
    onSuccess: ({ run }) => {
      void queries.invalidateQueries({ queryKey: keys.runs(project) });
      void queries.invalidateQueries({ queryKey: keys.jobs });
      void navigate(to.run(project, run));
    },
  });
}

interface FieldsProps {
  draft: Draft;
  schema: Schema;
  slot: SlotProps;
  problems: readonly { key: string; message: string }[];
  onSubmit: () => void;
}

function Fields({ draft, schema, slot, problems, onSubmit }: FieldsProps) {
  const [search, setSearch] = useState("");
  const { augment: Augment, rate: Rate } = SLOTS;
  const groups = useMemo<FormGroup[]>(
    () =>
      GROUPS.map((group) => ({
        ...group,
        below:
          group.title === "Augmentation" && Augment ? (
            <Augment {...slot} />
          ) : group.title === "Schedule" && Rate ? (
            <Rate {...slot} />
          ) : undefined,
        instead: group.title === "Augmentation" && Augment !== undefined,
      })),
    [Augment, Rate, slot],
  );
  return (
    <>
      <label className="start-search">
        <Search size={14} aria-hidden />
        <span className="hidden-but-read">Search the settings</span>
        <input
          className="input"
          type="search"
          placeholder="Search the settings"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </label>
      <SchemaForm
        id="spec"
        schema={schema}
        value={shownOf(schema, draft.spec)}
        baseline={draft.start && shownOf(schema, draft.start)}
        groups={groups}
        names={NAMES}
        search={search}
        problems={problems}
        ui={UI}
        controls={CONTROLS}
        onChange={(value) => draft.set(value as Spec)}
        onSubmit={onSubmit}
      />
    </>
  );
}

/** What the address asks for: `?preset=NAME&mode=resume|finetune&run=ID`, or `?from=RUN` for its settings. */
function useAsked(): { mode: Mode; run: string; base: Base } {
  const [search] = useSearchParams();
  const mode = search.get("mode");
  const preset = search.get("preset") ?? "";
  const from = search.get("from") ?? "";
  return {
    mode: isMode(mode) ? mode : "new",
    run: search.get("run") ?? search.get("parent") ?? "",
    base:
      preset !== ""
        ? { kind: "preset", name: preset }
        : from !== ""
          ? { kind: "run", id: from }
          : { kind: "suggested" },
  };
}

export function StartForm({ project }: { project: string }) {
  const asked = useAsked();
  const about = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const { data: runs } = useRuns(project);
  const [mode, setMode] = useState<Mode>(asked.mode);
  const [chosen, setChosen] = useState(asked.run);
  const [asText, setAsText] = useState(false);
  const [textValid, setTextValid] = useState(true);
  const parent = mode === "new" ? "" : chosen !== "" ? chosen : (first(mode, runs ?? [])?.id ?? "");
  const labelled = (about.data?.labelled ?? 0) > 0;
  const draft = useDraft(project, mode, parent, asked.base, labelled);
  const { schema, error } = useDrawn(mode === "resume");
  const start = useStart(project, mode, parent);
  const ready = labelled && (mode === "new" || parent !== "");
  const { checked } = useCheck(project, ready && draft.start ? { spec: draft.spec } : null, mode, parent);
  const problems = checked?.problems ?? [];
  const { begin, change } = draft;
  const preset = draft.base.kind === "preset" ? draft.base.name : "";
  const slot = useMemo<SlotProps>(
    () => ({
      project,
      spec: draft.spec,
      preset,
      choosePreset: (name) => begin(name === "" ? { kind: "suggested" } : { kind: "preset", name }),
      change,
    }),
    [project, draft.spec, preset, begin, change],
  );
  const former = runs?.find((run) => run.id === parent);
  const over = former?.state === "done" && former.epoch >= Number(draft.spec.epochs ?? 0);
  const submit = () => start.mutate(draft.spec);
  const { advice: Advice, folds: Folds, presets: Presets, load: Load } = SLOTS;

  return (
    <section className="start" aria-labelledby="start-title">
      <h1 id="start-title">{TITLES[mode]}</h1>
      {about.data && <Readiness about={about.data} project={project} />}
      <ModeChoice
        mode={mode}
        runs={runs}
        parent={parent}
        onMode={(next) => {
          setMode(next);
          setChosen("");
          begin({ kind: "suggested" });
        }}
        onParent={setChosen}
      />
      {labelled && mode !== "resume" && Advice && <Advice {...slot} />}
      {labelled && mode !== "resume" && Presets && <Presets {...slot} />}
      {error && <ErrorNote error={error} />}
      {mode === "resume" && (
        <p className="muted small">
          It goes on exactly where it stopped, with its own settings; only these may change meanwhile.
          {over && " It has done all its epochs: ask for more of them below."}
        </p>
      )}
      <Suspense fallback={<Skeletons count={6} height={44} />}>
        {schema && !draft.waiting ? (
          <>
            <SpecTools project={project} draft={draft} runs={runs ?? []} asText={asText} onText={setAsText} />
            {asText ? (
              <SpecText
                key={JSON.stringify(draft.base)}
                project={project}
                draft={draft}
                mode={mode}
                parent={parent}
                onValid={setTextValid}
              />
            ) : (
              <Fields draft={draft} schema={schema} slot={slot} problems={problems} onSubmit={submit} />
            )}
          </>
        ) : (
          <Skeletons count={6} height={44} />
        )}
      </Suspense>
      {draft.error !== null && labelled && <ErrorNote error={draft.error} />}
      {!asText && <Problems problems={problems} />}
      {start.error && <ErrorNote error={start.error} />}
      <div className="start-foot">
        <Button
          look="primary"
          disabled={!ready || start.isPending || !textValid}
          {...(asText ? { onClick: submit } : { type: "submit", form: "spec" })}
        >
          <Play size={16} aria-hidden /> {mode === "resume" ? "Resume" : "Start training"}
        </Button>
        {mode === "new" && ready && Folds && <Folds {...slot} />}
        {draft.dirty && (
          <Button look="quiet" onClick={draft.reset}>
            Undo all changes
          </Button>
        )}
        <div className="grow" />
        <Link className="small" to={to.search(project)}>
          Search for settings
        </Link>
        {Load && <Load {...slot} />}
      </div>
    </section>
  );
}
