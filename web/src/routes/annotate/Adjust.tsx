import { Contrast } from "lucide-react";
import { useId } from "react";
import type { Science } from "@/api/types";
import { lookOf, STRETCHES, wrongIn, type Look } from "@/routes/browse/tone";
import { Button } from "@/ui/Button";
import { Popover } from "@/ui/Popover";
import { Slider } from "@/ui/Slider";
import type { CanvasLook } from "./canvasLook";

const GRIDS = [0, 8, 16, 32, 64, 128, 256];
const percent = (value: number) => `${Math.round(value * 100)} %`;

interface AdjustProps {
  look: CanvasLook;
  onLook: (part: Partial<CanvasLook>) => void;
  science: Science | null;
  tone: Look | null;
  onTone: (tone: Look) => void;
}

/** How the picture and what is drawn are shown here; nothing of it changes either. */
export function Adjust({ look, onLook, science, tone, onTone }: AdjustProps) {
  const grid = useId();
  return (
    <Popover
      label="How it is shown"
      trigger={
        <Button look="quiet" small>
          <Contrast size={14} aria-hidden /> Adjust
        </Button>
      }
    >
      <div className="stack desk-adjust">
        <Slider
          name="Brightness"
          value={look.brightness}
          shown={percent(look.brightness)}
          min={0.2}
          max={3}
          step={0.05}
          onChange={(brightness) => onLook({ brightness })}
        />
        <Slider
          name="Contrast"
          value={look.contrast}
          shown={percent(look.contrast)}
          min={0.2}
          max={3}
          step={0.05}
          onChange={(contrast) => onLook({ contrast })}
        />
        <Slider
          name="Fill of areas"
          value={look.fill}
          shown={percent(look.fill)}
          min={0}
          max={0.8}
          step={0.02}
          onChange={(fill) => onLook({ fill })}
        />
        {science && tone && <Stretch science={science} tone={tone} onTone={onTone} />}
        <div className="field">
          <label htmlFor={grid}>Grid</label>
          <select
            id={grid}
            className="input compact"
            value={look.grid}
            onChange={(event) => onLook({ grid: Number(event.target.value) })}
          >
            {GRIDS.map((px) => (
              <option key={px} value={px}>
                {px === 0 ? "none" : `every ${px} pixels`}
              </option>
            ))}
          </select>
        </div>
        <label className="check">
          <input type="checkbox" checked={look.snap} onChange={(event) => onLook({ snap: event.target.checked })} />
          Snap to borders, to other objects and to the grid
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={!look.hideLabels}
            onChange={(event) => onLook({ hideLabels: !event.target.checked })}
          />
          Names of classes on the picture
        </label>
        <Button
          small
          onClick={() => {
            onLook({ brightness: 1, contrast: 1, fill: 0.18, grid: 0, snap: true, hideLabels: false });
            if (science) onTone(lookOf(science.tone));
          }}
        >
          Reset
        </Button>
      </div>
    </Popover>
  );
}

/** Samples of more than eight bits: which of them become black and white. */
function Stretch({ science, tone, onTone }: { science: Science; tone: Look; onTone: (tone: Look) => void }) {
  const id = useId();
  const wrong = wrongIn(tone);
  const share = tone.stretch === "auto" || tone.stretch === "percentile";
  const field = (name: "low" | "high", label: string, placeholder: string) => (
    <label className="science-field">
      <span className="small muted">{label}</span>
      <input
        className="input compact"
        inputMode="decimal"
        value={tone[name]}
        placeholder={placeholder}
        onChange={(event) => onTone({ ...tone, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <fieldset className="desk-stretch">
      <legend className="small">Samples of {science.bits} bits</legend>
      <label className="hidden-but-read" htmlFor={id}>
        Stretch
      </label>
      <select
        id={id}
        className="input compact"
        value={tone.stretch}
        onChange={(event) => onTone({ ...tone, stretch: event.target.value })}
      >
        {STRETCHES.map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <div className="row">
        {field("low", share ? "Black, %" : "Black", share ? "0.5" : "least")}
        {field("high", share ? "White, %" : "White", share ? "99.5" : "greatest")}
      </div>
      {wrong && (
        <p className="science-wrong small" role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
