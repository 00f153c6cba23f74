import { useState } from "react";
import type { Explanation } from "@/api/types";
import { mapUrl, seenFrame } from "./wish";
import "./explain.css";

interface HeatProps {
  explanation: Explanation;
  opacity: number;
  px?: number;
}

/** The map as a layer over a picture: fills the element that it lies in. */
export function HeatLayer({ explanation, opacity, px = 768 }: HeatProps) {
  const frame = seenFrame(explanation);
  return (
    <>
      <img
        className="heat-layer"
        src={mapUrl(explanation, px)}
        alt=""
        draggable={false}
        style={{ opacity }}
        data-method={explanation.method}
      />
      {frame && opacity > 0 && <span className="heat-seen" style={frame} aria-hidden="true" />}
    </>
  );
}

interface HeatPictureProps extends HeatProps {
  src: string;
  /** Shown where the browser cannot show `src`. */
  instead?: string;
  alt: string;
}

/** A picture with its map over it. */
export function HeatPicture({ src, instead, alt, ...heat }: HeatPictureProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const [width = 1, height = 1] = heat.explanation.frame;
  return (
    <span className="heat-picture" style={{ aspectRatio: `${width} / ${height}` }}>
      <img src={failed === src && instead ? instead : src} alt={alt} draggable={false} onError={() => setFailed(src)} />
      <HeatLayer {...heat} />
    </span>
  );
}
