import { useQuery } from "@tanstack/react-query";
import { FilterX, ImagePlus, Images } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { useCommands } from "@/app/commands";
import { kept } from "@/app/kept";
import { outbox } from "@/app/services";
import { UnknownProject } from "@/app/UnknownProject";
import { Grid, type GridHandle } from "@/grid/Grid";
import { nothing, pick, pickedCount, type Pick, type Selection } from "@/grid/selection";
import { describe, give, skip, unsure } from "@/label/look";
import { conflicting } from "@/label/outbox";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { Empty, ErrorNote, Skeleton } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { filters, fromAddress, noFilter, toAddress, type Asked } from "./asked";
import { Detail } from "./Detail";
import { Filters } from "./Filters";
import { Inspector } from "./Inspector";
import { KeyBar } from "./KeyBar";
import { ToolBar } from "./ToolBar";
import { useBrowseKeys } from "./useBrowseKeys";
import { useClasses } from "./useClasses";
import { useLabelling } from "./useLabelling";
import { useView } from "./useView";
import "./browse.css";

const TILE_KEY = "sightline.tile";

/** Says why a label was taken back. */
function useRefusals(): void {
  useEffect(
    () =>
      outbox.onEvent((event) => {
        if (event.kind !== "refused") return;
        const changed = conflicting(event.error).length;
        const title =
          changed > 0
            ? `${many(changed, "picture")} changed meanwhile: your label was taken back`
            : event.error.message;
        toasts.say(title, {
          tone: "bad",
          hint: changed > 0 ? `${event.error.message} ${event.error.hint}`.trim() : event.error.hint,
        });
      }),
    [],
  );
}

export function Component() {
  const { project = "" } = useParams();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <BrowseProject key={project} project={project} />;
}

function BrowseProject({ project }: { project: string }) {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const asked = useMemo(() => fromAddress(search), [search]);
  const classes = useClasses(project);
  const about = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const { view, error, loading, old, refresh } = useView(project, asked);
  const [selection, setSelection] = useState<Selection>(nothing);
  const [opened, setOpened] = useState<number | null>(null);
  const [tile, setTile] = useState(() => Number(kept.read(TILE_KEY)) || 160);
  const grid = useRef<GridHandle>(null);
  useRefusals();

  const viewId = view?.info.id ?? "";
  const [shownView, setShownView] = useState(viewId);
  if (shownView !== viewId) {
    setShownView(viewId);
    setSelection(nothing);
    setOpened(null);
  }

  const size = view?.windows.size ?? 0;
  const moveTo = useCallback((next: Selection) => {
    setSelection(next);
    setOpened((now) => (now === null ? null : next.focus));
    grid.current?.show(next.focus);
  }, []);
  const onPick = useCallback((by: Pick) => moveTo(pick(selection, by)), [moveTo, selection]);
  const { mark, ...labelling } = useLabelling({ view, looks: classes.list, selection, onDone: moveTo });

  const ask = useCallback((next: Asked) => setSearch(toAddress(next), { replace: true }), [setSearch]);
  const open = useCallback(
    (index: number) => {
      if (index < 0 || index >= size) return;
      setSelection((now) => pick(now, { kind: "focus", index }));
      setOpened(index);
    },
    [size],
  );
  const close = useCallback(() => {
    setOpened(null);
    requestAnimationFrame(() => grid.current?.focus());
  }, []);

  useBrowseKeys({
    selection,
    size,
    layout: () => grid.current?.layout() ?? null,
    looks: classes.list,
    opened: opened !== null,
    onPick,
    mark,
    open,
    close,
    refresh,
  });
  useCommands(
    "browse",
    useMemo(
      () => [
        { id: "refresh", section: "Browse", title: "Refresh the view", keys: "R", run: refresh },
        {
          id: "add",
          section: "Browse",
          title: "Add pictures",
          run: () => void navigate(`/projects?add=${encodeURIComponent(project)}`),
        },
        { id: "unsure", section: "Label", title: "Unsure", keys: "0", run: () => mark(unsure) },
        { id: "skip", section: "Label", title: "Skip", keys: "X", run: () => mark(skip) },
        ...classes.list.map((look) => ({
          id: `class-${look.id}`,
          section: "Label",
          title: look.name,
          keys: look.hotkey ?? "",
          run: () => mark(give(look.id)),
        })),
      ],
      [refresh, navigate, project, mark, classes.list],
    ),
  );

  const chooseTile = (px: number) => {
    kept.write(TILE_KEY, String(px));
    setTile(px);
  };
  const add = () => void navigate(`/projects?add=${encodeURIComponent(project)}`);

  return (
    <main className="browse">
      <h1 className="hidden-but-read">Browse {project}</h1>
      <div className="browse-panes" inert={opened !== null}>
        <ToolBar
          project={project}
          asked={asked}
          onAsk={ask}
          size={view ? size : null}
          tile={tile}
          onTile={chooseTile}
          old={old}
          loading={loading}
          onRefresh={refresh}
          note={view?.info.note ?? ""}
        />
        <Filters
          project={project}
          about={about.data}
          asked={asked}
          onAsk={ask}
          looks={classes.list}
          error={classes.error}
        />
        <section className="browse-grid" aria-label="View" aria-busy={loading}>
          {error !== null && (
            <div className="browse-note">
              <ErrorNote error={error} onRetry={refresh} />
            </div>
          )}
          {!view && error === null && <WaitingGrid tile={tile} />}
          {view && size === 0 && (
            <NoPictures
              about={about.data?.images ?? 0}
              filtered={filters(asked.filter) > 0}
              note={view.info.note}
              onAdd={add}
              onAll={() => ask({ ...asked, queue: "all", filter: noFilter })}
            />
          )}
          {view && size > 0 && (
            <Grid
              ref={grid}
              viewKey={viewId}
              windows={view.windows}
              tile={tile}
              looks={classes.byId}
              selection={selection}
              withWhy={view.info.queue !== "all"}
              onPick={onPick}
              onOpen={open}
            />
          )}
        </section>
        <Inspector
          windows={view?.windows ?? null}
          index={selection.focus}
          looks={classes.byId}
          onOpen={() => open(selection.focus)}
        />
        <KeyBar
          looks={classes.list}
          picked={pickedCount(selection, size)}
          onMark={mark}
          onClear={() => onPick({ kind: "clear" })}
        />
      </div>
      {view && opened !== null && (
        <Detail
          view={view}
          index={opened}
          looks={classes.list}
          onMark={mark}
          onMove={(index) => onPick({ kind: "focus", index })}
          onClose={close}
        />
      )}
      <Confirm
        open={labelling.pending !== null}
        onClose={labelling.cancel}
        onConfirm={labelling.confirm}
        title={`Label ${count(labelling.pending?.count ?? 0)} pictures?`}
        about={`They all become “${labelling.pending ? describe(labelling.pending.mark, classes.list) : ""}”. Undo takes it back.`}
        action="Label them"
      />
    </main>
  );
}

function WaitingGrid({ tile }: { tile: number }) {
  return (
    <div
      className="waiting-grid"
      style={{ gridTemplateColumns: `repeat(auto-fill, minmax(${tile}px, 1fr))` }}
      aria-hidden
    >
      {Array.from({ length: 24 }, (_, i) => (
        <Skeleton key={i} height={tile + 10} />
      ))}
    </div>
  );
}

interface NoPicturesProps {
  about: number;
  filtered: boolean;
  note: string;
  onAdd: () => void;
  onAll: () => void;
}

function NoPictures({ about, filtered, note, onAdd, onAll }: NoPicturesProps) {
  if (about === 0) {
    return (
      <Empty
        icon={<ImagePlus size={32} aria-hidden />}
        title="No pictures yet"
        action={
          <Button look="primary" onClick={onAdd}>
            <ImagePlus size={16} aria-hidden /> Add pictures
          </Button>
        }
      >
        Name a folder on this machine, or drop pictures from the browser.
      </Empty>
    );
  }
  return (
    <Empty
      icon={filtered ? <FilterX size={32} aria-hidden /> : <Images size={32} aria-hidden />}
      title={filtered ? "No picture passes these filters" : "Nothing is left in this queue"}
      action={<Button onClick={onAll}>Show all pictures</Button>}
    >
      {note}
    </Empty>
  );
}
