import { Check, CircleHelp, CircleOff, CircleSlash, Layers2, TriangleAlert } from "lucide-react";
import { memo } from "react";
import type { Item } from "@/api/types";
import { shown, type ClassLook, type Shown } from "@/label/look";
import type { Mark } from "@/label/outbox";
import { Swatch } from "@/label/Swatch";
import { tagText } from "@/label/tags";
import { baseName } from "@/ui/format";
import { Thumb } from "./Thumb";

export interface TileProps {
  id: string;
  index: number;
  column: number;
  item: Item | undefined;
  mark: Mark | undefined;
  looks: ReadonlyMap<number, ClassLook>;
  x: number;
  y: number;
  side: number;
  withWhy: boolean;
  score: string | null;
  /** Its suggestion was said to be wrong. */
  rejected: boolean;
  /** The image was deleted since the view was made. */
  gone: boolean;
  onSimilar: ((index: number) => void) | null;
  picked: boolean;
  focused: boolean;
}

const BADGES = {
  unsure: { icon: CircleHelp, text: "unsure" },
  skipped: { icon: CircleSlash, text: "skipped" },
  conflict: { icon: TriangleAlert, text: "labels disagree" },
} as const;

const whole = (share: number) => `${Math.round(share * 100)} %`;

/** What a screen reader says of a tile. */
function spoken({ item, mark, looks, score, rejected, gone }: TileProps): string {
  if (!item) return gone ? "Deleted" : "Loading";
  const now = shown(item, mark);
  const name = baseName(item.path);
  const look = now.class_id === null ? undefined : looks.get(now.class_id);
  if (now.status === "labelled" && look) return `${name}: ${look.name}`;
  const tags = tagText(now, looks);
  if (tags) return `${name}: ${tags}`;
  const guess = item.predicted === null ? undefined : looks.get(item.predicted);
  const said = guess ? `, ${rejected ? "not" : "probably"} ${guess.name}` : "";
  return `${name}: ${now.status}${said}${score === null ? "" : `, ${score}`}`;
}

/** More tags than this are counted. */
const MOST_TAGS = 3;

/** Colour and key of the first tags; all of them are read out, and stand in the title. */
function Tags({ now, looks }: { now: Shown; looks: TileProps["looks"] }) {
  const found = now.tags.flatMap((id) => looks.get(id) ?? []);
  return (
    <span className="tile-tags" title={tagText(now, looks)}>
      {found.slice(0, MOST_TAGS).map((look) => (
        <span key={look.id} className="tag-chip">
          <Swatch look={look} width={12} />
          {look.hotkey ?? look.name.slice(0, 4)}
        </span>
      ))}
      {found.length > MOST_TAGS && <span className="muted">+{found.length - MOST_TAGS}</span>}
    </span>
  );
}

type CaptionProps = Pick<TileProps, "mark" | "looks" | "rejected"> & { item: Item };

function Caption({ item, mark, looks, rejected }: CaptionProps) {
  const now = shown(item, mark);
  const look = now.class_id === null ? undefined : looks.get(now.class_id);
  if (now.status === "labelled" && look) {
    return (
      <span className="tile-class">
        {look.hotkey && <span className="tile-key">{look.hotkey}</span>}
        <span className="ellipsis">{look.name}</span>
      </span>
    );
  }
  if (now.status === "labelled") {
    return now.tags.length > 0 ? (
      <Tags now={now} looks={looks} />
    ) : (
      <span className="tile-badge none">
        <CircleOff size={12} aria-hidden /> none of these
      </span>
    );
  }
  if (now.status in BADGES) {
    const { icon: Icon, text } = BADGES[now.status as keyof typeof BADGES];
    return (
      <span className={`tile-badge ${now.status}`}>
        <Icon size={12} aria-hidden /> {text}
      </span>
    );
  }
  const guess = item.predicted === null ? undefined : looks.get(item.predicted);
  if (!guess) return <span className="tile-name ellipsis">{baseName(item.path)}</span>;
  return (
    <span className={rejected ? "tile-guess rejected" : "tile-guess"}>
      <Swatch look={guess} width={12} />
      <span className="ellipsis">{guess.name}</span>
      {item.probability !== null && <span className="tile-p">{whole(item.probability)}</span>}
    </span>
  );
}

export const Tile = memo(function Tile(props: TileProps) {
  const { id, index, column, item, mark, looks, x, y, side, withWhy, score, rejected, gone, picked, focused } = props;
  const style = { transform: `translate(${x}px, ${y}px)`, width: side };
  const now = item && shown(item, mark);
  const look = now?.status === "labelled" && now.class_id !== null ? looks.get(now.class_id) : undefined;
  return (
    <div
      id={id}
      className={`tile ${picked ? "picked" : ""} ${focused ? "focused" : ""} ${now?.status ?? ""}`}
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={picked}
      aria-label={spoken(props)}
      data-index={index}
      data-image={item?.id}
      style={style}
    >
      <div className="tile-picture" style={{ height: side }}>
        {item ? <Thumb id={item.id} /> : <span className={gone ? "thumb gone" : "thumb waiting"} />}
        {look && (
          <span className="tile-mark">
            <Swatch look={look} width={side} />
          </span>
        )}
        {score !== null && <span className="tile-score">{score}</span>}
        {props.onSimilar && item && (
          <button
            type="button"
            className="tile-similar"
            tabIndex={-1}
            aria-label="Show what is similar"
            title="What is similar (S)"
            onClick={() => props.onSimilar?.(index)}
          >
            <Layers2 size={14} aria-hidden />
          </button>
        )}
        {picked && (
          <span className="tile-check">
            <Check size={12} strokeWidth={3} aria-hidden />
          </span>
        )}
      </div>
      <div className="tile-caption">
        {item && <Caption item={item} mark={mark} looks={looks} rejected={rejected} />}
        {gone && <span className="tile-name">deleted</span>}
      </div>
      {withWhy && <div className="tile-why ellipsis">{item?.why ?? ""}</div>}
    </div>
  );
});
