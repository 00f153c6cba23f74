import { useMutation, useQuery } from "@tanstack/react-query";
import { FolderCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { BuildInfo, NewBuild } from "@/api/types";
import { queries } from "@/app/services";
import { JobLine } from "@/routes/browse/data/JobLine";
import { Button, IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ago, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import "@/routes/browse/data/data.css";

const FITS: readonly [NewBuild["fit"], string][] = [
  ["inside", "Keep the shape; the long side is the size"],
  ["crop", "A square from the middle"],
  ["letterbox", "A square with grey bars"],
  ["stretch", "A square, stretched"],
];
const LAYOUTS: readonly [NewBuild["layout"], string][] = [
  ["split/class", "train/cat/1.jpg"],
  ["class", "cat/1.jpg"],
  ["split", "train/1.jpg"],
  ["flat", "1.jpg"],
];
const usual: NewBuild = { name: "", size: 256, format: "jpeg", quality: 92, fit: "inside", layout: "split/class" };

function Fields({ value, onChange }: { value: NewBuild; onChange: (part: Partial<NewBuild>) => void }) {
  return (
    <>
      <div className="field">
        <label htmlFor="build-size" className="row">
          <span className="grow">Size</span>
          <output className="num">{value.size} px</output>
        </label>
        <input
          id="build-size"
          type="range"
          min={64}
          max={1024}
          step={32}
          value={value.size}
          aria-valuetext={`${value.size} pixels`}
          onChange={(event) => onChange({ size: Number(event.target.value) })}
        />
      </div>
      <div className="build-fields">
        <div className="field">
          <label htmlFor="build-fit">Shape</label>
          <select
            id="build-fit"
            className="input"
            value={value.fit}
            onChange={(event) => onChange({ fit: event.target.value as NewBuild["fit"] })}
          >
            {FITS.map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="build-layout">Folders</label>
          <select
            id="build-layout"
            className="input"
            value={value.layout}
            onChange={(event) => onChange({ layout: event.target.value as NewBuild["layout"] })}
          >
            {LAYOUTS.map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="build-format">Files</label>
          <select
            id="build-format"
            className="input"
            value={value.format}
            onChange={(event) => onChange({ format: event.target.value as NewBuild["format"] })}
          >
            <option value="jpeg">JPEG</option>
            <option value="png">PNG, exact</option>
            <option value="webp">WebP</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="build-name">Name</label>
          <input
            id="build-name"
            className="input"
            value={value.name}
            placeholder="after its size"
            autoComplete="off"
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </div>
      </div>
    </>
  );
}

function BuildRow({ project, build }: { project: string; build: BuildInfo }) {
  const { data: job } = useQuery({
    queryKey: keys.job(build.job ?? ""),
    queryFn: () => api.job(build.job ?? ""),
    enabled: Boolean(build.job),
    refetchInterval: 1_000,
  });
  const refresh = () => void queries.invalidateQueries({ queryKey: keys.builds(project) });
  const remove = useMutation({ mutationFn: () => api.deleteBuild(project, build.name), onSuccess: refresh });
  const stop = useMutation({ mutationFn: () => api.cancelJob(build.job ?? ""), onSuccess: refresh });
  const unreadable = build.unreadable ?? 0;
  return (
    <li className="build-row">
      <div className="row">
        <FolderCheck size={16} aria-hidden />
        <b className="ellipsis">{build.name}</b>
        {build.stale && !build.job && (
          <span className="badge warn" title="Labels, edits, names or pictures have changed since">
            stale
          </span>
        )}
        <span className="muted small grow">
          {build.pictures != null && `${many(build.pictures, "picture")} · ${ago(build.at)}`}
          {unreadable > 0 && ` · ${many(unreadable, "picture")} cannot be read`}
        </span>
        {build.job ? (
          <Button small onClick={() => stop.mutate()}>
            Stop
          </Button>
        ) : (
          <IconButton label={`Delete ${build.name}`} small onClick={() => remove.mutate()}>
            <Trash2 size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {build.path && <code className="muted ellipsis">{build.path}</code>}
      <JobLine job={job} />
      {remove.error && <ErrorNote error={remove.error} />}
    </li>
  );
}

/** The pictures, edited, at one size, in folders; what is there and what is being made. */
export function BuildDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [form, setForm] = useState(usual);
  const { data: builds, error } = useQuery({
    queryKey: keys.builds(project),
    queryFn: () => api.builds(project),
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.some((one) => one.job) ? 1_500 : false),
  });
  const begin = useMutation({
    mutationFn: () => api.startBuild(project, form),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.builds(project) });
      void queries.invalidateQueries({ queryKey: keys.jobs });
    },
  });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Builds of ${project}`}
      about="The labelled pictures, edited, at one size, in folders that any trainer reads. The files stay as they are."
      foot={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" disabled={begin.isPending} onClick={() => begin.mutate()}>
            Build
          </Button>
        </>
      }
    >
      <Fields value={form} onChange={(part) => setForm((now) => ({ ...now, ...part }))} />
      {(begin.error ?? error) && <ErrorNote error={begin.error ?? error} />}
      {builds && builds.length > 0 && (
        <ul className="stack" aria-label="Builds">
          {builds.map((one) => (
            <BuildRow key={`${one.name} ${one.job ?? ""}`} project={project} build={one} />
          ))}
        </ul>
      )}
      {builds?.length === 0 && <p className="muted small">There are no builds yet.</p>}
    </Dialog>
  );
}
