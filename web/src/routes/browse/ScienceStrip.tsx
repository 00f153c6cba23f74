import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Science } from "@/api/types";
import { announce, drawn, queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { toasts } from "@/ui/toasts";
import { inShort, lookOf, sameLook, STRETCHES, toneText, wrongIn, type Look } from "./tone";

interface ScienceStripProps {
  project: string;
  science: Science;
  look: Look;
  onLook: (look: Look) => void;
}

/** Saves the look for all pictures; what was embedded is embedded anew through it. */
async function everywhere(project: string, look: Look): Promise<boolean> {
  const encoders = await api.encoders(project);
  await api.saveProjectSettings(project, { tone: toneText(look) });
  const used = encoders.find((one) => one.current && one.embedded > 0);
  if (used) await api.embed(project, used.name);
  return used !== undefined;
}

/** How a deep, many-paged or FITS picture is looked at, and one button that makes it the project's way. */
export function ScienceStrip({ project, science, look, onLook }: ScienceStripProps) {
  const theirs = lookOf(science.tone);
  const wrong = wrongIn(look);
  const changed = !sameLook(look, theirs);
  const save = useMutation({
    mutationFn: () => everywhere(project, look),
    onSuccess: (again) => {
      drawn.set(drawn.get() + 1);
      void queries.invalidateQueries({ queryKey: keys.images });
      void queries.invalidateQueries({ queryKey: keys.project(project) });
      toasts.say("All pictures of the project are shown like this", {
        tone: "good",
        hint: again ? "They are embedded anew in the background; then fit the head again." : "",
      });
      announce("Saved for the whole project");
    },
    onError: (error) => toasts.fail(error),
  });
  const change = (part: Partial<Look>) => onLook({ ...look, ...part });
  const percent = look.stretch === "auto" || look.stretch === "percentile";
  const field = (name: keyof Look, label: string, placeholder: string) => (
    <label className="science-field">
      <span className="small muted">{label}</span>
      <input
        className="input compact"
        inputMode="decimal"
        value={look[name]}
        placeholder={placeholder}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </label>
  );

  return (
    <section className="science" aria-label="How the samples are shown">
      <h3>
        Samples <span className="muted small">{inShort(science)}</span>
      </h3>
      <div className="science-fields">
        <label className="science-field">
          <span className="small muted">Stretch</span>
          <select
            className="input compact"
            value={look.stretch}
            onChange={(event) => change({ stretch: event.target.value })}
          >
            {STRETCHES.map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {science.hdus.length > 1 && (
          <label className="science-field">
            <span className="small muted">HDU</span>
            <select
              className="input compact"
              value={look.hdu}
              onChange={(event) => change({ hdu: event.target.value, slice: "" })}
            >
              <option value="">first</option>
              {science.hdus.map((unit) => (
                <option key={unit.index} value={unit.index}>
                  {unit.index} {unit.name}
                </option>
              ))}
            </select>
          </label>
        )}
        {field("low", percent ? "Black, %" : "Black", percent ? "0.5" : "least")}
        {field("high", percent ? "White, %" : "White", percent ? "99.5" : "greatest")}
        {science.channels > 1 && field("channels", `Channels 0-${science.channels - 1}`, "first, or r,g,b")}
        {science.pages > 1 && field("slice", `Slice 0-${science.pages - 1}`, "its own")}
      </div>
      {wrong && (
        <p className="science-wrong small" role="alert">
          {wrong}
        </p>
      )}
      <div className="science-actions">
        <Button small disabled={!changed} onClick={() => onLook(theirs)}>
          Reset
        </Button>
        <Button small disabled={!changed || wrong !== null || save.isPending} onClick={() => save.mutate()}>
          Use for the whole project
        </Button>
      </div>
    </section>
  );
}
