import { RotateCw, Trash2, X } from "lucide-react";
import { useCallback, useRef, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import type { GalleryItem } from "@/api/types";
import { to } from "@/app/project";
import type { GridHandle } from "@/grid/Grid";
import { pickedCount } from "@/grid/selection";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { IconButton, Kbd } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { wanted } from "./arrival";
import { CropGrid } from "./CropGrid";
import type { LoadPart } from "./rows";
import { useBoard } from "./useBoard";
import { useObjectKeys } from "./useObjectKeys";

const TILE_PX = 132;
/** Wide enough for a reason. */
const WHY_TILE_PX = 176;
/** More than so many are asked about first. */
const MANY = 200;

interface ObjectBoardProps<T extends GalleryItem> {
  project: string;
  /** Names the list: another one begins at its top with nothing selected. */
  listKey: string;
  load: LoadPart<T>;
  looks: readonly ClassLook[];
  byId: ReadonlyMap<number, ClassLook>;
  withWhy: boolean;
  /** What is said of the list, above it. */
  title: string;
  tools?: ReactNode;
  empty: ReactNode;
}

interface BarProps {
  looks: readonly ClassLook[];
  picked: number;
  busy: boolean;
  onChange: (classId: number | null) => void;
  onClear: () => void;
}

function ObjectBar({ looks, picked, busy, onChange, onClear }: BarProps) {
  const withKeys = looks
    .filter((look) => look.hotkey !== null)
    .sort((a, b) => (a.hotkey ?? "").localeCompare(b.hotkey ?? ""));
  return (
    <div className="keybar" role="toolbar" aria-label="What becomes of the selection">
      <span className="small keybar-target" role="status">
        {picked > 0 ? (
          <>
            <b>{count(picked)}</b> selected
          </>
        ) : (
          <span className="muted">focused object</span>
        )}
      </span>
      {picked > 0 && (
        <IconButton label="Select nothing" keys="Esc" small onClick={onClear}>
          <X size={14} aria-hidden />
        </IconButton>
      )}
      <div className="keybar-keys">
        {withKeys.map((look) => (
          <button key={look.id} type="button" className="key-chip" disabled={busy} onClick={() => onChange(look.id)}>
            <Kbd>{look.hotkey}</Kbd>
            <Swatch look={look} width={12} />
            <span className="ellipsis">{look.name}</span>
          </button>
        ))}
      </div>
      <span className="grow" />
      <button type="button" className="key-chip" disabled={busy} onClick={() => onChange(null)}>
        <Kbd>⌫</Kbd>
        <Trash2 size={13} aria-hidden /> delete
      </button>
    </div>
  );
}

/** A list of objects cut out, with keys that give them another class or delete them. */
export function ObjectBoard<T extends GalleryItem>(props: ObjectBoardProps<T>) {
  const { project, listKey, load, looks, byId, withWhy, title, tools, empty } = props;
  const board = useBoard(project, listKey, load);
  const { rows, total, error, selection, stale, onPick, change, refresh } = board;
  const navigate = useNavigate();
  const grid = useRef<GridHandle>(null);
  const [asking, setAsking] = useState<{ classId: number | null } | null>(null);
  const size = total ?? 0;
  const picked = pickedCount(selection, size);

  const ask = useCallback(
    (classId: number | null) => {
      if (picked > MANY) setAsking({ classId });
      else void change(classId);
    },
    [picked, change],
  );
  const open = useCallback(
    (index: number) => {
      const item = rows.get(index);
      if (!item) return;
      wanted.set({ image_id: item.image_id, uid: item.uid });
      void navigate(to.annotate(project, item.image_id));
    },
    [rows, navigate, project],
  );
  useObjectKeys({
    selection,
    size,
    layout: () => grid.current?.layout() ?? null,
    looks,
    onPick,
    change: ask,
    open,
    refresh,
    show: (index) => grid.current?.show(index),
  });
  const verb = asking?.classId == null ? "Delete" : `Make ${byId.get(asking.classId)?.name ?? "another class"} of`;

  return (
    <section className="object-board" aria-label={title}>
      <header className="object-board-head">
        <h2 className="ellipsis">
          {title} <span className="muted small">{total === null ? "…" : many(size, "object")}</span>
        </h2>
        {stale && <span className="muted small">drawn since</span>}
        <span className="grow" />
        {tools}
        <IconButton label="Read anew" keys="R" small onClick={refresh}>
          <RotateCw size={14} aria-hidden />
        </IconButton>
      </header>
      <div className="object-board-grid" aria-busy={total === null && error === null}>
        {error !== null && <ErrorNote error={error} onRetry={() => rows.retry()} />}
        {total === 0 && error === null && empty}
        {size > 0 && (
          <CropGrid
            ref={grid}
            board={board}
            tile={withWhy ? WHY_TILE_PX : TILE_PX}
            looks={byId}
            withWhy={withWhy}
            onOpen={open}
          />
        )}
      </div>
      {size > 0 && (
        <ObjectBar
          looks={looks}
          picked={picked}
          busy={board.busy}
          onChange={ask}
          onClear={() => onPick({ kind: "clear" })}
        />
      )}
      <Confirm
        open={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => {
          if (asking) void change(asking.classId);
          setAsking(null);
        }}
        title={`${verb} ${many(picked, "object")}?`}
        about="It is one step: undo takes all of it back."
        action={asking?.classId == null ? "Delete" : "Change"}
      />
    </section>
  );
}

export const RowButton = ({
  pressed,
  onClick,
  children,
}: {
  pressed: boolean;
  onClick: () => void;
  children: ReactNode;
}) => (
  <button type="button" className="filter-row" aria-pressed={pressed} onClick={onClick}>
    {children}
  </button>
);
