import { useId } from "react";
import type { ExplainWish, Layers } from "@/api/types";

interface ControlsProps {
  layers: Layers;
  wish: ExplainWish;
  onWish: (next: ExplainWish) => void;
  opacity: number;
  onOpacity: (next: number) => void;
}

interface PickProps {
  label: string;
  value: string;
  onPick: (value: string) => void;
  children: React.ReactNode;
  disabled?: boolean;
}

function Pick({ label, value, onPick, children, disabled = false }: PickProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className="small muted">
        {label}
      </label>
      <select
        id={id}
        className="input compact"
        value={value}
        disabled={disabled}
        onChange={(event) => onPick(event.target.value)}
      >
        {children}
      </select>
    </div>
  );
}

export function OpacitySlider({ opacity, onOpacity }: Pick<ControlsProps, "opacity" | "onOpacity">) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className="small muted">
        Opacity <span className="num">{Math.round(opacity * 100)} %</span>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={opacity}
        aria-valuetext={`${Math.round(opacity * 100)} percent`}
        onChange={(event) => onOpacity(Number(event.target.value))}
      />
    </div>
  );
}

/** Method, layer, class, and how strong the map is drawn. */
export function Controls({ layers, wish, onWish, opacity, onOpacity }: ControlsProps) {
  const chosen = layers.methods.find((one) => one.name === (wish.method === "auto" ? "gradcam" : wish.method));
  const main = layers.layers.filter((one) => one.main);
  const others = layers.layers.filter((one) => !one.main);
  const option = (one: Layers["layers"][number]) => (
    <option key={one.name} value={one.name}>
      {one.name} ({one.height} × {one.width})
    </option>
  );
  return (
    <div className="explain-controls">
      <Pick label="Method" value={wish.method} onPick={(method) => onWish({ ...wish, method })}>
        <option value="auto">Grad-CAM</option>
        {layers.methods
          .filter((one) => one.name !== "gradcam")
          .map((one) => (
            <option key={one.name} value={one.name} disabled={!one.ready}>
              {one.title}
              {one.ready ? "" : `: ${one.why}`}
            </option>
          ))}
      </Pick>
      <Pick
        label="Layer"
        value={wish.layer}
        disabled={!chosen?.by_layer}
        onPick={(layer) => onWish({ ...wish, layer })}
      >
        <option value="">{layers.auto ? `auto: ${layers.auto}` : "none has places"}</option>
        <optgroup label="Last of each resolution">{main.map(option)}</optgroup>
        {others.length > 0 && <optgroup label="All others">{others.map(option)}</optgroup>}
      </Pick>
      <Pick
        label="Class"
        value={wish.class ?? ""}
        disabled={!chosen?.by_class}
        onPick={(name) => onWish({ ...wish, class: name === "" ? null : name })}
      >
        <option value="">likeliest</option>
        {layers.classes.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Pick>
      <OpacitySlider opacity={opacity} onOpacity={onOpacity} />
      {chosen && <p className="small muted explain-about">{chosen.description}.</p>}
    </div>
  );
}
