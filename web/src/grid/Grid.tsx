import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
  useSyncExternalStore,
  type MouseEvent,
  type Ref,
} from "react";
import type { Item } from "@/api/types";
import { outbox, thumbs } from "@/app/services";
import type { ClassLook } from "@/label/look";
import { place, type Layout } from "./layout";
import { clickPick, indexAt } from "./pick";
import { isPicked, type Pick, type Selection } from "./selection";
import { Tile } from "./Tile";
import { useDragPick } from "./useDragPick";
import { useScroller } from "./useScroller";
import type { Windows } from "./windows";
import "./grid.css";

export const CAPTION_PX = 24;
const WHY_PX = 18;
/** Positions beyond the screen that are asked for too, so that a quick hand does not outrun them. */
const AHEAD = 100;

export interface GridHandle {
  /** Brings a tile into view. */
  show: (index: number) => void;
  focus: () => void;
  layout: () => Layout;
  /** Whether a tile is on screen. */
  inView: (index: number) => boolean;
}

interface GridProps {
  ref: Ref<GridHandle>;
  viewKey: string;
  windows: Windows;
  tile: number;
  looks: ReadonlyMap<number, ClassLook>;
  selection: Selection;
  /** Says of each picture why it is here. */
  withWhy: boolean;
  /** What stands in a picture's corner: its score, in words. */
  score: (item: Item) => string | null;
  /** Images whose suggestion was said to be wrong. */
  rejected: ReadonlySet<number>;
  onPick: (pick: Pick) => void;
  onOpen: (index: number) => void;
  /** Asks what is similar; null where nothing can be compared. */
  onSimilar: ((index: number) => void) | null;
}

const tileId = (index: number) => `tile-${index}`;

/** A virtual grid over a view: only what is on screen exists, and the scroll bar spans the whole. */
export function Grid(props: GridProps) {
  const { ref, viewKey, windows, tile, looks, selection, withWhy, score, rejected, onPick, onOpen, onSimilar } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState(-1);
  const flying = useRef(false);
  const onFlying = useCallback((now: boolean) => {
    flying.current = now;
    thumbs.setFlying(now);
  }, []);
  const caption = CAPTION_PX + (withWhy ? WHY_PX : 0);
  const { layout, window, onScroll, show, inView } = useScroller(scroller, {
    count: windows.size,
    tile,
    caption,
    viewKey,
    onFlying,
  });
  useSyncExternalStore(windows.subscribe, windows.snapshot);
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  useImperativeHandle(ref, () => ({ show, focus: () => scroller.current?.focus(), layout: () => layout, inView }), [
    show,
    layout,
    inView,
  ]);
  const onPointerDown = useDragPick(scroller, onPick);

  useEffect(() => {
    const ask = () => windows.ensure({ start: window.start, end: Math.min(windows.size, window.end + AHEAD) });
    const timer = setTimeout(ask, flying.current ? 60 : 0);
    return () => clearTimeout(timer);
  }, [windows, window.start, window.end]);

  const onClick = (event: MouseEvent) => {
    const pick = clickPick(event);
    if (pick) onPick(pick);
  };

  const rows: { row: number; indices: number[] }[] = [];
  for (let start = window.start; start < window.end; start += layout.columns) {
    const length = Math.min(layout.columns, layout.count - start);
    rows.push({ row: start / layout.columns, indices: Array.from({ length }, (_, i) => start + i) });
  }
  const focusShown = selection.focus >= window.start && selection.focus < window.end;

  // The keys of the grid are the keys of the page: useBrowseKeys.
  /* eslint-disable jsx-a11y/click-events-have-key-events */
  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label="Pictures"
      aria-multiselectable="true"
      aria-rowcount={layout.rows}
      aria-colcount={layout.columns}
      aria-activedescendant={focusShown ? tileId(selection.focus) : undefined}
      onScroll={onScroll}
      onPointerDown={onPointerDown}
      onPointerOver={(event) =>
        setHovered(event.pointerType === "touch" || flying.current ? -1 : (indexAt(event) ?? -1))
      }
      onPointerLeave={() => setHovered(-1)}
      onClick={onClick}
      onDoubleClick={(event) => {
        const index = indexAt(event);
        if (index !== null && !(event.target as Element).closest("button")) onOpen(index);
      }}
    >
      <div role="presentation" style={{ height: layout.scrollPx, position: "relative" }}>
        {rows.map(({ row, indices }) => (
          <div key={row} role="row" aria-rowindex={row + 1}>
            {indices.map((index) => {
              const item = windows.get(index);
              const { x, y } = place(layout, index);
              return (
                <Tile
                  key={index}
                  id={tileId(index)}
                  index={index}
                  column={index % layout.columns}
                  item={item}
                  mark={item && outbox.overlay(item.id)}
                  looks={looks}
                  x={x}
                  y={y + window.shift}
                  side={layout.tile}
                  withWhy={withWhy}
                  score={item ? score(item) : null}
                  rejected={item !== undefined && rejected.has(item.id)}
                  gone={windows.isGone(index)}
                  onSimilar={index === hovered ? onSimilar : null}
                  picked={isPicked(selection, index)}
                  focused={index === selection.focus}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
