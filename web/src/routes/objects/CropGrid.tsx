import { useCallback, useEffect, useImperativeHandle, useRef, type MouseEvent, type Ref } from "react";
import type { CheckedItem, GalleryItem } from "@/api/types";
import { thumbs } from "@/app/services";
import { CAPTION_PX, type GridHandle } from "@/grid/Grid";
import { place } from "@/grid/layout";
import { clickPick, indexAt } from "@/grid/pick";
import { isPicked } from "@/grid/selection";
import { useDragPick } from "@/grid/useDragPick";
import { useScroller } from "@/grid/useScroller";
import type { ClassLook } from "@/label/look";
import { CropTile } from "./CropTile";
import { nameOf, type Board } from "./useBoard";
import "@/grid/grid.css";

const WHY_PX = 18;
const AHEAD = 60;

interface CropGridProps<T extends GalleryItem> {
  ref: Ref<GridHandle>;
  board: Board<T>;
  tile: number;
  looks: ReadonlyMap<number, ClassLook>;
  withWhy: boolean;
  onOpen: (index: number) => void;
}

const tileId = (index: number) => `object-${index}`;
const told = (item: GalleryItem | undefined): Partial<CheckedItem> => item ?? {};

/** Objects side by side; only what is on screen exists. */
export function CropGrid<T extends GalleryItem>({ ref, board, tile, looks, withWhy, onOpen }: CropGridProps<T>) {
  const { rows, selection, changes, onPick } = board;
  const scroller = useRef<HTMLDivElement>(null);
  const onFlying = useCallback((now: boolean) => thumbs.setFlying(now), []);
  const { layout, window, onScroll, show, inView } = useScroller(scroller, {
    count: board.total ?? 0,
    tile,
    caption: CAPTION_PX + (withWhy ? WHY_PX : 0),
    viewKey: board.key,
    onFlying,
  });
  useImperativeHandle(ref, () => ({ show, focus: () => scroller.current?.focus(), layout: () => layout, inView }), [
    show,
    layout,
    inView,
  ]);
  const onPointerDown = useDragPick(scroller, onPick);

  useEffect(() => {
    if (window.end > 0) rows.ensure({ start: window.start, end: Math.min(layout.count, window.end + AHEAD) });
  }, [rows, window.start, window.end, layout.count]);

  const onClick = (event: MouseEvent) => {
    const pick = clickPick(event);
    if (pick) onPick(pick);
  };

  const lines: number[] = [];
  for (let start = window.start; start < window.end; start += layout.columns) lines.push(start);
  const focusShown = selection.focus >= window.start && selection.focus < window.end;

  // The keys of the grid are the keys of the page: useObjectKeys.
  /* eslint-disable jsx-a11y/click-events-have-key-events */
  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label="Objects"
      aria-multiselectable="true"
      aria-rowcount={layout.rows}
      aria-colcount={layout.columns}
      aria-activedescendant={focusShown ? tileId(selection.focus) : undefined}
      onScroll={onScroll}
      onPointerDown={onPointerDown}
      onClick={onClick}
      onDoubleClick={(event) => {
        const index = indexAt(event);
        if (index !== null) onOpen(index);
      }}
    >
      <div role="presentation" style={{ height: layout.scrollPx, position: "relative" }}>
        {lines.map((start) => (
          <div key={start} role="row" aria-rowindex={start / layout.columns + 1}>
            {Array.from({ length: Math.min(layout.columns, layout.count - start) }, (_, i) => {
              const index = start + i;
              const item = rows.get(index);
              const { x, y } = place(layout, index);
              return (
                <CropTile
                  key={index}
                  id={tileId(index)}
                  index={index}
                  column={i}
                  item={item}
                  why={told(item).why ?? null}
                  other={told(item).other ?? null}
                  looks={looks}
                  change={item && changes.get(nameOf(item))}
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
