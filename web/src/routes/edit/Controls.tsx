import { CaretsToAxisDashedVertical, RotateCcw, RotateCw, Undo2 } from "lucide-react";
import type { Item } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import { Slider } from "@/ui/Slider";
import { nothing, same, shaped, shareRatio, tilted, tiltOf, turned, type EditState } from "./crop";

const SHAPES: readonly [name: string, aspect: number][] = [
  ["Free", 0],
  ["1 : 1", 1],
  ["4 : 3", 4 / 3],
  ["3 : 2", 3 / 2],
  ["16 : 9", 16 / 9],
  ["3 : 4", 3 / 4],
  ["2 : 3", 2 / 3],
  ["9 : 16", 9 / 16],
];
const MOST_ZOOM = 8;

interface ControlsProps {
  item: Item;
  edit: EditState;
  onChange: (part: Partial<EditState>, now?: boolean) => void;
  onReset: () => void;
}

/** What is done to the picture, by buttons and sliders; the frame itself is in the stage. */
export function Controls({ item, edit, onChange, onReset }: ControlsProps) {
  const picture = { width: Math.max(1, item.width), height: Math.max(1, item.height) };
  const tilt = tiltOf(edit.rotate);
  const turn = (by: number) => {
    const rotate = turned(edit.rotate + by);
    const next = { ...edit, rotate };
    onChange({ rotate, ...(edit.aspect > 0 && { crop: shaped(edit.crop, shareRatio(next, picture)) }) }, true);
  };
  const known = SHAPES.some(([, aspect]) => Math.abs(aspect - edit.aspect) < 1e-6);
  const own = picture.width / picture.height;
  return (
    <section className="stack edit-controls" aria-label="Edit">
      <div className="row">
        <IconButton label="Turn to the left" keys="Shift R" onClick={() => turn(-90)}>
          <RotateCcw size={18} aria-hidden />
        </IconButton>
        <IconButton label="Turn to the right" keys="R" onClick={() => turn(90)}>
          <RotateCw size={18} aria-hidden />
        </IconButton>
        <IconButton
          label="Mirror left to right"
          keys="F"
          aria-pressed={edit.flip}
          onClick={() => onChange({ flip: !edit.flip }, true)}
        >
          <CaretsToAxisDashedVertical size={18} aria-hidden />
        </IconButton>
        <div className="grow" />
        <Button small disabled={same(edit, nothing)} onClick={onReset}>
          <Undo2 size={14} aria-hidden /> Reset
        </Button>
      </div>
      <Slider
        name="Straighten"
        value={tilt}
        shown={`${tilt.toFixed(1)}°`}
        min={-45}
        max={45}
        step={0.5}
        onChange={(value) => onChange({ rotate: tilted(edit.rotate, value) })}
      />
      <Slider
        name="Zoom"
        value={Math.min(edit.zoom, MOST_ZOOM)}
        shown={`${edit.zoom.toFixed(2)} ×`}
        min={1}
        max={MOST_ZOOM}
        step={0.05}
        onChange={(zoom) => onChange({ zoom })}
      />
      <div className="field">
        <label htmlFor="edit-shape">Shape</label>
        <select
          id="edit-shape"
          className="input"
          value={String(edit.aspect)}
          onChange={(event) => {
            const aspect = Number(event.target.value);
            const ratio = shareRatio({ aspect, rotate: edit.rotate }, picture);
            onChange({ aspect, crop: shaped(edit.crop, ratio) }, true);
          }}
        >
          {SHAPES.map(([name, aspect]) => (
            <option key={name} value={String(aspect)}>
              {name}
            </option>
          ))}
          <option value={String(own)}>As the picture</option>
          {!known && edit.aspect > 0 && edit.aspect !== own && (
            <option value={String(edit.aspect)}>{edit.aspect.toFixed(3)} : 1</option>
          )}
        </select>
      </div>
    </section>
  );
}
