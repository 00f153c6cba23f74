import { ImageOff } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type PointerEvent, type ReactNode } from "react";
import { urls } from "@/api/calls";
import type { Item } from "@/api/types";
import { browsing, isTyping } from "@/app/keymap";
import { thumbs } from "@/app/services";
import { fit, hold, pan, screenPoint, zoomAt, type Camera, type Size } from "@/grid/camera";
import { baseName } from "@/ui/format";

const PX = 1024;
const LARGE_PX = 2048;

function useStageSize(ref: React.RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** The picture, large: fits, zooms at the pointer, moves by dragging. Its thumbnail stands in until it is there. */
interface StageProps {
  item: Item;
  look?: string;
  /** Lies over the picture, and moves with it. */
  children?: ReactNode;
}

export function Stage({ item, look = "", children }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const stage = useStageSize(box);
  const [moved, setMoved] = useState<Camera | null>(null);
  const [seen, setSeen] = useState<{ src: string; state: "shown" | "failed" } | null>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const image: Size = { width: Math.max(1, item.width), height: Math.max(1, item.height) };
  const fitted = stage && fit(stage, image);
  const camera = moved ?? fitted;
  const longest = camera ? Math.max(image.width, image.height) * camera.zoom * devicePixelRatio : 0;
  const src = urls.view(item.id, longest > PX * 1.25 ? LARGE_PX : PX, look);
  const state = seen?.src === src ? seen.state : "loading";

  const change = useRef<(turn: (camera: Camera) => Camera) => void>(() => undefined);
  useEffect(() => {
    change.current = (turn) => {
      if (stage && camera) setMoved(hold(turn(camera), stage, image));
    };
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = screenPoint(event.clientX - left, event.clientY - top);
      change.current((now) => zoomAt(now, at, Math.exp(-event.deltaY * 0.0015), 0.01));
    };
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target)) return;
      const action = browsing(event);
      const middle = screenPoint(element.clientWidth / 2, element.clientHeight / 2);
      if (action?.kind === "fit") setMoved(null);
      else if (action?.kind === "zoomIn") change.current((now) => zoomAt(now, middle, 1.25, 0.01));
      else if (action?.kind === "zoomOut") change.current((now) => zoomAt(now, middle, 0.8, 0.01));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    window.addEventListener("keydown", onKey);
    return () => {
      element.removeEventListener("wheel", onWheel);
      window.removeEventListener("keydown", onKey);
    };
  }, []);

  const onPointerMove = (event: PointerEvent) => {
    const from = drag.current;
    if (!from) return;
    drag.current = { x: event.clientX, y: event.clientY };
    change.current((now) => pan(now, event.clientX - from.x, event.clientY - from.y));
  };

  return (
    <div
      ref={box}
      className="stage"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onDoubleClick={() => setMoved(null)}
    >
      {camera && state !== "failed" && (
        <div
          className={moved && camera.zoom > 6 ? "stage-picture pixels" : "stage-picture"}
          style={{
            width: image.width * camera.zoom,
            height: image.height * camera.zoom,
            transform: `translate(${camera.origin.x}px, ${camera.origin.y}px)`,
            backgroundImage: state === "loading" ? standIn(item.id) : undefined,
          }}
        >
          <img
            src={src}
            alt={baseName(item.path)}
            draggable={false}
            onLoad={() => setSeen({ src, state: "shown" })}
            onError={() => setSeen({ src, state: "failed" })}
          />
          {children}
        </div>
      )}
      {state === "failed" && (
        <div className="empty">
          <ImageOff size={32} aria-hidden />
          <h2>This picture cannot be shown</h2>
          <p>
            {look ? "It cannot be shown like this" : "Its file may have been moved, or it is damaged"}: {item.path}
          </p>
        </div>
      )}
      {camera && <span className="stage-zoom small">{Math.round(camera.zoom * 100)} %</span>}
    </div>
  );
}

function standIn(id: number): string | undefined {
  const src = thumbs.peek(urls.thumb(id));
  return src && `url(${src})`;
}
