import { Check } from "lucide-react";
import { memo, type CSSProperties } from "react";
import { urls } from "@/api/calls";
import type { GalleryItem } from "@/api/types";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { Picture } from "@/grid/Thumb";
import { boundsOf, cutOf, pixelsFor, placeIn, type Bounds, type Cut } from "./cut";

export interface CropTileProps {
  id: string;
  index: number;
  column: number;
  item: GalleryItem | undefined;
  /** Why it is here, and what it is compared with. */
  why: string | null;
  other: GalleryItem | null;
  looks: ReadonlyMap<number, ClassLook>;
  /** Another class that it got since; null: it was deleted. */
  change: number | null | undefined;
  x: number;
  y: number;
  side: number;
  withWhy: boolean;
  picked: boolean;
  focused: boolean;
}

const noLook = { name: "a class that is gone", colour: "#8a949e", dash: "none" };

function Outline({ cut, bounds, look, faint }: { cut: Cut; bounds: Bounds; look: Look; faint?: boolean }) {
  const { x, y, width, height } = placeIn(cut, bounds);
  const place = { x: x * 100, y: y * 100, width: Math.max(width * 100, 1), height: Math.max(height * 100, 1) };
  return (
    <>
      <rect {...place} className="crop-shade" />
      <rect
        {...place}
        className={faint ? "crop-outline faint" : "crop-outline"}
        style={{ "--class": look.colour } as CSSProperties}
        strokeDasharray={look.dash === "none" ? undefined : look.dash}
      />
    </>
  );
}

type Look = Pick<ClassLook, "name" | "colour" | "dash">;

function spoken({ item, looks, change, why }: CropTileProps): string {
  if (!item) return "Loading";
  const name = (id: number) => (looks.get(id) ?? noLook).name;
  const now = change === null ? "deleted" : change === undefined ? name(item.class_id) : `${name(change)}, changed`;
  return `${now}, picture ${item.image_id}${why ? `: ${why}` : ""}`;
}

/** One object, cut out of its picture. */
export const CropTile = memo(function CropTile(props: CropTileProps) {
  const { id, index, column, item, why, other, looks, change, x, y, side, withWhy, picked, focused } = props;
  const style = { transform: `translate(${x}px, ${y}px)`, width: side };
  const cut = item && cutOf(item);
  const was = item && (looks.get(item.class_id) ?? noLook);
  const look = change === undefined || change === null ? was : (looks.get(change) ?? noLook);
  const otherLook = other && (looks.get(other.class_id) ?? noLook);
  return (
    <div
      id={id}
      className={`tile ${picked ? "picked" : ""} ${focused ? "focused" : ""} ${change === null ? "skipped" : ""}`}
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={picked}
      aria-label={spoken(props)}
      data-index={index}
      style={style}
    >
      <div className="tile-picture" style={{ height: side }}>
        {item && cut ? (
          <>
            <Picture url={urls.crop(item.image_id, cut.box, pixelsFor(side, globalThis.devicePixelRatio || 1))} />
            <svg className="crop-over" viewBox="0 0 100 100" aria-hidden>
              {other && otherLook && <Outline cut={cut} bounds={boundsOf(other)} look={otherLook} faint />}
              {look && <Outline cut={cut} bounds={boundsOf(item)} look={look} />}
            </svg>
          </>
        ) : (
          <span className="thumb waiting" />
        )}
        {picked && (
          <span className="tile-check">
            <Check size={12} strokeWidth={3} aria-hidden />
          </span>
        )}
      </div>
      <div className="tile-caption">
        {item && look && was && (
          <span className="tile-class">
            <Swatch look={look} width={12} />
            <span className="ellipsis">{change === null ? <s>{was.name}</s> : look.name}</span>
            {change === null && <span className="muted">deleted</span>}
            {change !== null && change !== undefined && look !== was && (
              <span className="muted ellipsis">was {was.name}</span>
            )}
          </span>
        )}
      </div>
      {withWhy && (
        <div className="tile-why ellipsis" title={why ?? ""}>
          {why ?? ""}
        </div>
      )}
    </div>
  );
});
