import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useSyncExternalStore,
  type MouseEvent,
  type Ref,
} from "react";
import { outbox, thumbs } from "@/app/services";
import type { ClassLook } from "@/label/look";
import { place, type Layout } from "./layout";
import { isPicked, type Pick, type Selection } from "./selection";
import { Tile } from "./Tile";
import { useScroller } from "./useScroller";
import type { Windows } from "./windows";
import "./grid.css";

export const CAPTION_PX = 24;
const WHY_PX = 18;

export interface GridHandle {
  /** Brings a tile into view. */
  show: (index: number) => void;
  focus: () => void;
  layout: () => Layout;
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
  onPick: (pick: Pick) => void;
  onOpen: (index: number) => void;
}

const tileId = (index: number) => `tile-${index}`;

function indexAt(event: MouseEvent): number | null {
  const tile = (event.target as Element).closest<HTMLElement>("[data-index]");
  return tile ? Number(tile.dataset.index) : null;
}

/** A virtual grid over a view: only what is on screen exists, and the scroll bar spans the whole. */
export function Grid({ ref, viewKey, windows, tile, looks, selection, withWhy, onPick, onOpen }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const flying = useRef(false);
  const onFlying = useCallback((now: boolean) => {
    flying.current = now;
    thumbs.setFlying(now);
  }, []);
  const caption = CAPTION_PX + (withWhy ? WHY_PX : 0);
  const { layout, window, onScroll, show } = useScroller(scroller, {
    count: windows.size,
    tile,
    caption,
    viewKey,
    onFlying,
  });
  useSyncExternalStore(windows.subscribe, windows.snapshot);
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  useImperativeHandle(ref, () => ({ show, focus: () => scroller.current?.focus(), layout: () => layout }), [
    show,
    layout,
  ]);

  useEffect(() => {
    const ask = () => windows.ensure({ start: window.start, end: window.end });
    const timer = setTimeout(ask, flying.current ? 60 : 0);
    return () => clearTimeout(timer);
  }, [windows, window.start, window.end]);

  const onClick = (event: MouseEvent) => {
    const index = indexAt(event);
    if (index === null) return;
    if (event.shiftKey) onPick({ kind: "extend", index });
    else if (event.ctrlKey || event.metaKey) onPick({ kind: "toggle", index });
    else onPick({ kind: "click", index });
  };

  const rows: { row: number; indices: number[] }[] = [];
  for (let start = window.start; start < window.end; start += layout.columns) {
    const length = Math.min(layout.columns, layout.count - start);
    rows.push({ row: start / layout.columns, indices: Array.from({ length }, (_, i) => start + i) });
  }
  const focusShown = selection.focus >= window.start && selection.focus < window.end;

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
      onClick={onClick}
      onDoubleClick={(event) => {
        const index = indexAt(event);
        if (index !== null) onOpen(index);
      }}
      onKeyDown={(event) => {
        // The page moves the focus itself; the browser's own scrolling by these keys would fight it.
        if (event.key === " ") event.preventDefault();
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
