import { useLayoutEffect, useRef } from "react";
import { paint } from "@/live/paint";
import type { Telling } from "@/live/messages";
import type { Place } from "@/live/place";

interface OverlayProps {
  saying: Telling;
  place: Place;
  opacity: number;
  /** It is of a moment that is not shown any more. */
  stale: boolean;
  /** The server has no heat for it any more. */
  onGone: (text: number) => void;
}

/** What was seen, over the picture: heat by the server, boxes drawn here. */
export function Overlay({ saying, place, opacity, stale, onGone }: OverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const frame = { width: saying.width || place.width, height: saying.height || place.height };
    if (canvas.current) paint(canvas.current, saying.boxes, frame, place, devicePixelRatio);
  }, [saying, place]);
  return (
    <div className={stale ? "overlay stale" : "overlay"} style={place} aria-hidden="true" data-text={saying.id}>
      {saying.overlayUrl && (
        <img
          key={saying.boxes.length > 0 ? "both" : saying.id}
          src={`${saying.overlayUrl}?layers=heat,masks`}
          alt=""
          draggable={false}
          style={{ opacity }}
          onError={({ currentTarget }) => {
            currentTarget.hidden = true;
            onGone(saying.id);
          }}
          onLoad={({ currentTarget }) => (currentTarget.hidden = false)}
        />
      )}
      <canvas ref={canvas} style={{ opacity: Math.min(1, 0.35 + opacity) }} />
    </div>
  );
}
