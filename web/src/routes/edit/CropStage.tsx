import { ImageOff } from "lucide-react";
import { useLayoutEffect, useRef, useState, type CSSProperties, type RefObject } from "react";
import { urls } from "@/api/calls";
import type { Item } from "@/api/types";
import { baseName } from "@/ui/format";
import { cornersOf, cutOf, moved, pulled, shareRatio, type Box, type EditState, type Handle } from "./crop";

const HANDLES: readonly { at: Handle; name: string; x: number; y: number }[] = [
  { at: "nw", name: "Top left corner", x: 0, y: 0 },
  { at: "n", name: "Top edge", x: 0.5, y: 0 },
  { at: "ne", name: "Top right corner", x: 1, y: 0 },
  { at: "e", name: "Right edge", x: 1, y: 0.5 },
  { at: "se", name: "Bottom right corner", x: 1, y: 1 },
  { at: "s", name: "Bottom edge", x: 0.5, y: 1 },
  { at: "sw", name: "Bottom left corner", x: 0, y: 1 },
  { at: "w", name: "Left edge", x: 0, y: 0.5 },
];
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const STEP = 0.01;
const BIG_STEP = 0.1;
const MARGIN = 28;

/** The largest picture that fits into an element, in its pixels. */
function useFitted(ref: RefObject<HTMLElement | null>, width: number, height: number) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const room = [element.clientWidth - 2 * MARGIN, element.clientHeight - 2 * MARGIN] as const;
      const scale = Math.max(0.01, Math.min(room[0] / width, room[1] / height));
      setSize({ width: width * scale, height: height * scale });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, width, height]);
  return size;
}

interface GripProps {
  className: string;
  name: string;
  style?: CSSProperties;
  /** Pixels of the picture as it is shown. */
  size: { width: number; height: number };
  crop: Box;
  /** What a pull by shares of the picture makes of a crop. */
  onPull: (from: Box, dx: number, dy: number) => void;
  onEnd: () => void;
}

/** A part of the frame that is pulled: by mouse, by finger, or by arrow keys. */
function Grip({ className, name, style, size, crop, onPull, onEnd }: GripProps) {
  const drag = useRef<{ crop: Box; x: number; y: number } | null>(null);
  return (
    <button
      type="button"
      className={className}
      aria-label={name}
      style={style}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { crop, x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => {
        const from = drag.current;
        if (from) onPull(from.crop, (event.clientX - from.x) / size.width, (event.clientY - from.y) / size.height);
      }}
      onPointerUp={() => {
        if (drag.current) onEnd();
        drag.current = null;
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onKeyDown={(event) => {
        const by = ARROWS[event.key];
        if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        const step = event.shiftKey ? BIG_STEP : STEP;
        onPull(crop, by[0] * step, by[1] * step);
      }}
    />
  );
}

interface StageProps {
  item: Item;
  edit: EditState;
  onChange: (part: Partial<EditState>, now?: boolean) => void;
}

/** The upright picture with the frame that is kept: by mouse, by finger, by arrow keys on each handle. */
export function CropStage({ item, edit, onChange }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const picture = { width: Math.max(1, item.width), height: Math.max(1, item.height) };
  const size = useFitted(box, picture.width, picture.height);
  const [seen, setSeen] = useState<{ id: number; failed: boolean } | null>(null);
  const ratio = shareRatio(edit, picture);
  const failed = seen?.id === item.id && seen.failed;

  const [x, y, w, h] = edit.crop;
  const scale = size ? size.width / picture.width : 1;
  const corners = cornersOf(cutOf(edit, picture)).map(([cx, cy]) => [cx * scale, cy * scale] as const);
  const outline = `M${corners.map(([cx, cy]) => `${cx.toFixed(2)} ${cy.toFixed(2)}`).join("L")}Z`;
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  const about = `left ${percent(x)}, top ${percent(y)}, width ${percent(w)}, height ${percent(h)}`;

  return (
    <div className="edit-stage" ref={box}>
      {failed && (
        <p className="edit-failed" role="alert">
          <ImageOff size={28} aria-hidden /> {baseName(item.path)} cannot be shown. Its file may be gone.
        </p>
      )}
      {size && !failed && (
        <div className="edit-picture" style={size}>
          <img
            key={item.id}
            src={urls.view(item.id)}
            alt={baseName(item.path)}
            draggable={false}
            onError={() => setSeen({ id: item.id, failed: true })}
          />
          <svg className="edit-mask" width={size.width} height={size.height} aria-hidden="true">
            <path className="edit-dark" fillRule="evenodd" d={`M0 0H${size.width}V${size.height}H0Z${outline}`} />
            <path className="edit-outline under" d={outline} />
            <path className="edit-outline" d={outline} />
          </svg>
          <div
            className="edit-frame"
            role="group"
            aria-label={`Crop frame: ${about}`}
            style={{
              left: x * size.width,
              top: y * size.height,
              width: w * size.width,
              height: h * size.height,
            }}
          >
            <Grip
              className="edit-move"
              name="Move the frame"
              size={size}
              crop={edit.crop}
              onPull={(from, dx, dy) => onChange({ crop: moved(from, dx, dy) })}
              onEnd={() => onChange({}, true)}
            />
            {HANDLES.map((one) => (
              <Grip
                key={one.at}
                className={`edit-handle ${one.at}`}
                name={one.name}
                style={{ left: `${100 * one.x}%`, top: `${100 * one.y}%` }}
                size={size}
                crop={edit.crop}
                onPull={(from, dx, dy) => onChange({ crop: pulled(from, one.at, dx, dy, ratio) })}
                onEnd={() => onChange({}, true)}
              />
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
