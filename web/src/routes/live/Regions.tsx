import { Maximize2, X } from "lucide-react";
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { between, MOST_REGIONS, moved, replaced, resized, spoken, without, type Region } from "@/live/regions";

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const STEP = 0.01;

interface RegionsProps {
  list: readonly Region[];
  onChange: (list: readonly Region[]) => void;
}

/** Regions as they were chosen, while it is watched. */
export function CoveredRegions({ list }: { list: readonly Region[] }) {
  return (
    <div className="regions fixed" aria-hidden="true">
      {list.map((region) => (
        <div key={region.join()} className="region" style={style(region)} />
      ))}
    </div>
  );
}

type Drag =
  | { readonly what: "new"; readonly x: number; readonly y: number }
  | {
      readonly what: "move" | "size";
      readonly at: number;
      readonly from: Region;
      readonly x: number;
      readonly y: number;
    };

const style = ([x1, y1, x2, y2]: Region) => ({
  left: `${x1 * 100}%`,
  top: `${y1 * 100}%`,
  width: `${(x2 - x1) * 100}%`,
  height: `${(y2 - y1) * 100}%`,
});

/** Regions drawn over the picture that it lies on: by mouse and finger, and each by arrow keys. */
export function Regions({ list, onChange }: RegionsProps) {
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);
  const [draft, setDraft] = useState<Region | null>(null);

  const share = (event: PointerEvent): [number, number] => {
    const room = box.current?.getBoundingClientRect();
    if (!room) return [0, 0];
    return [(event.clientX - room.left) / room.width, (event.clientY - room.top) / room.height];
  };
  const begin = (event: PointerEvent, make: (x: number, y: number) => Drag) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    box.current?.setPointerCapture(event.pointerId);
    drag.current = make(...share(event));
  };
  const go = (event: PointerEvent) => {
    const now = drag.current;
    if (!now) return;
    const [x, y] = share(event);
    if (now.what === "new") setDraft(between(now.x, now.y, x, y));
    else onChange(replaced(list, now.at, (now.what === "move" ? moved : resized)(now.from, x - now.x, y - now.y)));
  };
  const end = () => {
    if (drag.current?.what === "new" && draft && list.length < MOST_REGIONS) onChange([...list, draft]);
    drag.current = null;
    setDraft(null);
  };
  const onKey = (event: KeyboardEvent, at: number, how: typeof moved) => {
    const by = ARROWS[event.key];
    const region = list[at];
    if (!region || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Delete" || event.key === "Backspace") onChange(without(list, at));
    else if (by) {
      const step = STEP * (event.shiftKey ? 5 : 1);
      onChange(replaced(list, at, how(region, by[0] * step, by[1] * step)));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // Drawing with a pointer is a short way: regions are added, moved and removed by keys as well.
    <div
      className="regions"
      ref={box}
      role="group"
      aria-label="Regions to cover"
      onPointerDown={(event) => begin(event, (x, y) => ({ what: "new", x, y }))}
      onPointerMove={go}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {list.map((region, at) => (
        <div key={at} className="region" style={style(region)}>
          <button
            type="button"
            className="region-body"
            aria-label={`Region ${at + 1}: ${spoken(region)}. Arrow keys move it, Delete removes it`}
            onPointerDown={(event) => begin(event, (x, y) => ({ what: "move", at, from: region, x, y }))}
            onKeyDown={(event) => onKey(event, at, moved)}
          />
          <button
            type="button"
            className="region-remove"
            aria-label={`Remove region ${at + 1}`}
            onPointerDown={(event) => event.stopPropagation()}
            onClick={() => onChange(without(list, at))}
          >
            <X size={12} aria-hidden />
          </button>
          <button
            type="button"
            className="region-size"
            aria-label={`Size of region ${at + 1}: arrow keys`}
            onPointerDown={(event) => begin(event, (x, y) => ({ what: "size", at, from: region, x, y }))}
            onKeyDown={(event) => onKey(event, at, resized)}
          >
            <Maximize2 size={12} aria-hidden />
          </button>
        </div>
      ))}
      {draft && <div className="region drawn" style={style(draft)} />}
    </div>
  );
}
