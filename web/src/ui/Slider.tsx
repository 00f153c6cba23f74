import { useId } from "react";

interface SliderProps {
  name: string;
  value: number;
  /** The value as it is read, with its unit. */
  shown: string;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
}

/** A value between two others, with its name and what it is now. */
export function Slider({ name, value, shown, min, max, step, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className="row">
        <span className="grow">{name}</span>
        <output className="num">{shown}</output>
      </label>
      <input
        id={id}
        className="range"
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={shown}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </div>
  );
}
