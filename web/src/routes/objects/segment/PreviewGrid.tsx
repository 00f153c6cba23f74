import { Link } from "react-router";
import type { CSSProperties } from "react";
import type { SegmentPreview, SegmentPreviewObject } from "@/api/types";
import { urls } from "@/api/calls";
import { to } from "@/app/project";
import { Picture } from "@/grid/Thumb";
import type { ClassLook } from "@/label/look";
import { count, many, sentence } from "@/ui/format";
import { pathOf, reasonsOf } from "./options";
import type { Tile } from "./usePreview";

const PX = 512;

interface Props {
  project: string;
  tiles: readonly Tile[];
  looks: ReadonlyMap<number, ClassLook>;
}

function Shape({ one, look }: { one: SegmentPreviewObject; look: ClassLook | undefined }) {
  const style = { "--class": look?.colour ?? "var(--accent)" } as CSSProperties;
  if (one.kind === "polygon") {
    return (
      <path className="segment-outline" style={style} fillRule="evenodd" d={pathOf(one.geometry as number[][][])} />
    );
  }
  const [a = 0, b = 0, c = 0, d = 0, angle = 0] = one.geometry as number[];
  if (one.kind === "obb") {
    const at = `rotate(${angle} ${a} ${b})`;
    return <rect className="segment-left" x={a - c / 2} y={b - d / 2} width={c} height={d} transform={at} />;
  }
  return <rect className="segment-left" x={a} y={b} width={c - a} height={d - b} />;
}

const told = (shown: SegmentPreview): string => {
  const why = reasonsOf(shown.objects.map((one) => one.reason));
  const stays = shown.fallbacks === 1 ? "1 box stays" : `${count(shown.fallbacks)} boxes stay`;
  const parts = [
    many(shown.polygons, "polygon"),
    ...(shown.fallbacks > 0 ? [`${stays}: ${why}`] : []),
    ...(shown.more > 0 ? [`${count(shown.more)} more not shown`] : []),
  ];
  return sentence(parts.join(", "));
};

function One({ project, tile, looks }: { project: string; tile: Tile; looks: Props["looks"] }) {
  const { id, shown, error } = tile;
  const words = shown ? told(shown) : error === null ? "Waits …" : sentence(error);
  return (
    <li>
      <Link to={to.annotate(project, id)} className="segment-tile" aria-label={`${words} Open in Annotate`}>
        <span className="segment-picture" aria-busy={shown === null && error === null}>
          <Picture url={urls.thumb(id, PX)} />
          {shown && (
            <svg className="segment-over" viewBox={`0 0 ${shown.width} ${shown.height}`} aria-hidden>
              {shown.objects.map((one) => (
                <Shape key={one.uid} one={one} look={looks.get(one.class_id)} />
              ))}
            </svg>
          )}
        </span>
        <span className={error === null ? "small" : "small segment-fault"}>{words}</span>
      </Link>
    </li>
  );
}

/** Pictures as a build would leave them: outlines in colour, dashed what stays a box. */
export const PreviewGrid = ({ project, tiles, looks }: Props) => (
  <ul className="segment-tiles">
    {tiles.map((tile) => (
      <One key={tile.id} project={project} tile={tile} looks={looks} />
    ))}
  </ul>
);
