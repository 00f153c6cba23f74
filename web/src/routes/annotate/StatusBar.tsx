import { Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore, type ReactNode } from "react";
import type { Item } from "@/api/types";
import { IconButton } from "@/ui/Button";
import type { Desk } from "./desk";
import { parts } from "./slots";

const HINTS: Readonly<Record<string, string>> = {
  select: "Click to select, drag to move; drag over nothing to select many",
  box: "Drag from corner to corner, or click both corners",
  obb: "Draw one side, then its width",
  polygon: "Click the corners; Enter or a double click closes",
  brush: "Paint; Alt and the wheel change the size",
  eraser: "Paint what is to go",
  point: "Click the place",
  keypoints: "Click the points in their order; Shift: hidden",
  cut: "Draw a line through a polygon",
};

/** Where the pointer is, in pixels of the picture; written past React, for it changes with every move. */
function Place({ desk }: { desk: Desk }) {
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    const show = () => {
      frame = 0;
      const at = desk.editor?.place();
      if (text.current)
        text.current.textContent = at && desk.document ? `${Math.floor(at.x)}, ${Math.floor(at.y)}` : "";
    };
    const soon = () => {
      frame ||= requestAnimationFrame(show);
    };
    window.addEventListener("pointermove", soon, { passive: true });
    const stop = desk.subscribe(soon);
    return () => {
      window.removeEventListener("pointermove", soon);
      stop();
      cancelAnimationFrame(frame);
    };
  }, [desk]);
  return <span ref={text} className="num desk-at" />;
}

interface StatusBarProps {
  desk: Desk;
  item: Item | undefined;
  /** Controls of how it is shown. */
  children?: ReactNode;
}

/** The line below the canvas: what the tool waits for, where the pointer is, how near the picture is. */
export function StatusBar({ desk, item, children }: StatusBarProps) {
  useSyncExternalStore(desk.watchView, desk.view);
  const view = desk.editor?.view();
  const zoom = desk.document ? (view?.zoom ?? 1) : 1;
  const joined = parts.flatMap((part) => part.tools ?? []).find((tool) => tool.name === desk.tool);
  const drawing = view?.drawing ? `${view.drawing}: ${view.points} ${view.points === 1 ? "point" : "points"}` : "";
  return (
    <div className="desk-status small" role="group" aria-label="View">
      <span className="grow ellipsis muted">{drawing || (joined?.title ?? HINTS[desk.tool] ?? "")}</span>
      {parts.flatMap(({ name, status: Part }) => (Part ? [<Part key={name} desk={desk} />] : []))}
      <Place desk={desk} />
      {item && (
        <span className="muted num desk-size">
          {item.width} × {item.height}
        </span>
      )}
      {children}
      <IconButton label="Further" keys="−" small onClick={() => desk.act({ kind: "zoomOut" })}>
        <Minus size={14} aria-hidden />
      </IconButton>
      <output className="num desk-zoom" aria-label="Zoom">
        {Math.round(zoom * 100)} %
      </output>
      <IconButton label="Nearer" keys="+" small onClick={() => desk.act({ kind: "zoomIn" })}>
        <Plus size={14} aria-hidden />
      </IconButton>
      <IconButton label="The whole picture" keys="Shift+1" small onClick={() => desk.act({ kind: "fit" })}>
        <Maximize size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
