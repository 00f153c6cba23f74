import type { CSSProperties } from "react";
import type { ClassLook } from "./look";

/** The colour and dash of a class, as a short line. */
export function Swatch({ look, width = 18 }: { look: Pick<ClassLook, "colour" | "dash">; width?: number }) {
  return (
    <svg className="swatch" width={width} height="4" aria-hidden="true">
      <line
        x1="0"
        y1="2"
        x2={width}
        y2="2"
        style={{ "--class": look.colour } as CSSProperties}
        strokeWidth="4"
        strokeDasharray={look.dash === "none" ? undefined : look.dash}
      />
    </svg>
  );
}
