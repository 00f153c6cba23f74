import { keys } from "@/api/keys";
import { api } from "@/api/calls";
import { useQuery } from "@tanstack/react-query";
import { ExternalLink, LassoSelect, X } from "lucide-react";
import { useCallback, useEffect, useImperativeHandle, useRef, useState, useSyncExternalStore, type Ref } from "react";
import { Link, useNavigate } from "react-router";
import { to } from "@/app/project";
import { Store } from "@/app/store";
import { Grid, type GridHandle } from "@/grid/Grid";
import { nothing, pick, pickedCount, targets, type Pick, type Selection } from "@/grid/selection";
import type { Windows } from "@/grid/windows";
import type { ClassLook } from "@/label/look";
import { everything, inQueue, toAddress } from "@/routes/browse/asked";
import { Detail } from "@/routes/browse/Detail";
import { KeyBar } from "@/routes/browse/KeyBar";
import { useBrowseKeys } from "@/routes/browse/useBrowseKeys";
import { useLabelling } from "@/routes/browse/useLabelling";
import { useView } from "@/routes/browse/useView";
import { IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { many, sentence } from "@/ui/format";
import { Empty, ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { askedBy, type Picked } from "./asking";

const TILE_PX = 104;
/** So many pictures at most are compared with at once. */
const MOST_COMPARED = 100;
const unseen = new Store<Selection>(nothing);
const noneRejected = new Store<ReadonlySet<number>>(new Set());
const noScore = () => null;

export interface SelectedHandle {
  /** Brings a picture into view and gives it the focus. */
  show: (imageId: number, ordinal: number) => void;
}

interface SelectedPaneProps {
  ref: Ref<SelectedHandle>;
  project: string;
  picked: Picked;
  looks: readonly ClassLook[];
  byId: ReadonlyMap<number, ClassLook>;
  onFocus: (imageId: number | null) => void;
  onClear: () => void;
}

/** The position of a picture in a view that is ordered by ordinal; null when it is not in it. */
async function positionOf(windows: Windows, imageId: number, ordinal: number): Promise<number | null> {
  const near = windows.indexOf(imageId);
  if (near !== undefined) return near;
  let [low, high] = [0, windows.size];
  while (low < high) {
    const middle = (low + high) >> 1;
    const loaded = windows.get(middle);
    const [item] = loaded
      ? [loaded]
      : await windows.range({ start: middle, end: middle + 1 }, new AbortController().signal);
    if (!item) return null;
    if (item.id === imageId) return middle;
    if (item.ordinal < ordinal) low = middle + 1;
    else high = middle;
  }
  return null;
}

/** The pictures that are selected on the map, as they are in Browse: to look at and to label. */
export function SelectedPane({ ref, project, picked, looks, byId, onFocus, onClear }: SelectedPaneProps) {
  const asked = askedBy(picked);
  const navigate = useNavigate();
  const { view, error, loading, refresh } = useView(project, asked, "map");
  const chosen = view?.selection ?? unseen;
  const selection = useSyncExternalStore(chosen.subscribe, chosen.get);
  const rejects = view?.rejected ?? noneRejected;
  const rejected = useSyncExternalStore(rejects.subscribe, rejects.get);
  const [opened, setOpened] = useState<number | null>(null);
  const grid = useRef<GridHandle>(null);
  const viewId = view?.info.id ?? "";
  const size = view?.windows.size ?? 0;
  const [shownView, setShownView] = useState(viewId);
  if (shownView !== viewId) {
    setShownView(viewId);
    setOpened(null);
  }
  // What was drawn around is what the next key labels.
  useEffect(() => {
    if (view) view.selection.set(pick(nothing, { kind: "all", count: view.windows.size }));
  }, [view]);

  const moveTo = useCallback(
    (next: Selection) => {
      chosen.set(next);
      setOpened((now) => (now === null ? null : next.focus));
      grid.current?.show(next.focus);
    },
    [chosen],
  );
  const onPick = useCallback((by: Pick) => moveTo(pick(chosen.get(), by)), [moveTo, chosen]);
  const seen = useCallback(() => {
    const { focus } = chosen.get();
    if (opened !== null || (grid.current?.inView(focus) ?? false)) return true;
    grid.current?.show(focus);
    return false;
  }, [chosen, opened]);
  const { data: about } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const multi = about?.task === "multi";
  // What was drawn around last is what a key labels: until that is there, none does.
  const labelling = useLabelling({ view: loading ? null : view, looks, multi, onDone: moveTo, seen });
  const { mark, give, accept, reject, repeat } = labelling;
  const open = (index: number) => {
    if (index < 0 || index >= size) return;
    chosen.set(pick(chosen.get(), { kind: "focus", index }));
    setOpened(index);
  };
  const close = () => {
    setOpened(null);
    requestAnimationFrame(() => grid.current?.focus());
  };
  const similarTo = (indices: readonly number[]) => {
    const images = indices.slice(0, MOST_COMPARED).flatMap((index) => view?.windows.get(index)?.id ?? []);
    if (images.length === 0) return;
    const address = toAddress(inQueue(everything, "similar", { images }));
    void navigate(`${to.browse(project)}?${address.toString()}`);
  };
  const toBrowse = () => void navigate(`${to.browse(project)}?${toAddress(asked).toString()}`);
  useBrowseKeys({
    selection,
    size,
    layout: () => grid.current?.layout() ?? null,
    looks,
    opened: opened !== null,
    onPick,
    mark,
    give,
    clear: labelling.clear,
    open,
    close,
    refresh,
    accept,
    reject,
    repeat,
    similar: () => similarTo(targets(chosen.get(), size)),
    queues: toBrowse,
    find: toBrowse,
    back: () => {
      onClear();
      return true;
    },
  });

  const windows = view?.windows ?? null;
  useSyncExternalStore(windows?.subscribe ?? never, windows?.snapshot ?? zero);
  const focusedId = selection.all ? null : (windows?.get(selection.focus)?.id ?? null);
  useEffect(() => onFocus(focusedId), [focusedId, onFocus]);
  const shows = useRef(0);
  useImperativeHandle(
    ref,
    () => ({
      show: (imageId, ordinal) => {
        if (!windows) return;
        const mine = ++shows.current;
        positionOf(windows, imageId, ordinal)
          .then((index) => {
            if (index !== null && mine === shows.current) moveTo(pick(nothing, { kind: "focus", index }));
          })
          .catch((problem: unknown) => toasts.fail(problem));
      },
    }),
    [windows, moveTo],
  );

  return (
    <>
      <div className="map-picked" inert={opened !== null}>
        <header className="map-picked-head">
          <h2 className="ellipsis grow">
            {sentence(picked.name)}{" "}
            <span className="muted small">{view && !loading ? many(size, "picture") : "…"}</span>
          </h2>
          <Link className="button small" to={`${to.browse(project)}?${toAddress(asked).toString()}`}>
            <ExternalLink size={14} aria-hidden /> Open in Browse
          </Link>
          <IconButton label="Select nothing" small onClick={onClear}>
            <X size={14} aria-hidden />
          </IconButton>
        </header>
        <div className="map-picked-grid" aria-busy={loading}>
          {error !== null && <ErrorNote error={error} onRetry={refresh} />}
          {view && size === 0 && error === null && (
            <Empty icon={<LassoSelect size={32} aria-hidden />} title="No pictures there">
              Draw around some points.
            </Empty>
          )}
          {view && size > 0 && (
            <Grid
              ref={grid}
              viewKey={viewId}
              windows={view.windows}
              tile={TILE_PX}
              looks={byId}
              selection={selection}
              withWhy={false}
              score={noScore}
              rejected={rejected}
              onPick={onPick}
              onOpen={open}
              onSimilar={(index) => similarTo([index])}
            />
          )}
        </div>
        <KeyBar
          looks={looks}
          picked={pickedCount(selection, size)}
          onMark={mark}
          onGive={give}
          onNone={multi ? labelling.none : null}
          onClear={() => onPick({ kind: "clear" })}
          onAccept={accept}
        />
      </div>
      {view && opened !== null && (
        <Detail
          project={project}
          view={view}
          index={opened}
          looks={looks}
          multi={multi}
          onMark={mark}
          onGive={give}
          onMove={(index) => onPick({ kind: "focus", index })}
          onClose={close}
        />
      )}
      <Confirm
        open={labelling.pending !== null}
        onClose={labelling.cancel}
        onConfirm={labelling.confirm}
        title={labelling.pending?.title ?? ""}
        about={labelling.pending?.about ?? ""}
        action={labelling.pending?.action ?? ""}
      />
    </>
  );
}

const never = () => () => undefined;
const zero = () => 0;
