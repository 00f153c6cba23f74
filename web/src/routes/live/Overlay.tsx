import { useLayoutEffect, useRef, useState } from "react";
import { paint } from "@/live/paint";
import type { Telling } from "@/live/messages";
import type { Place } from "@/live/place";

interface OverlayProps {
  saying: Telling;
  place: Place;
  opacity: number;
  /** It is of a moment that is not shown any more. */
  stale: boolean;
}

/** What was seen, over the picture: heat by the server, boxes drawn here. */
export function Overlay({ saying, place, opacity, stale }: OverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [gone, setGone] = useState("");
  useLayoutEffect(() => {
    const frame = { width: saying.width || place.width, height: saying.height || place.height };
    if (canvas.current) paint(canvas.current, saying.boxes, frame, place, devicePixelRatio);
  }, [saying, place]);
  return (
    <div className={stale ? "overlay stale" : "overlay"} style={place} aria-hidden="true" data-text={saying.id}>
      {saying.overlayUrl && saying.overlayUrl !== gone && (
        <img
          src={saying.overlayUrl}
          alt=""
          draggable={false}
          style={{ opacity }}
          onError={() => setGone(saying.overlayUrl ?? "")}
        />
      )}
      <canvas ref={canvas} style={{ opacity: Math.min(1, 0.35 + opacity) }} />
    </div>
  );
}
