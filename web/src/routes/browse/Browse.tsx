import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import type { Item, QueueInfo } from "@/api/types";
import { useAddress } from "@/app/address";
import { useCommands } from "@/app/commands";
import { kept } from "@/app/kept";
import { to } from "@/app/project";
import { Store } from "@/app/store";
import { UnknownProject } from "@/app/UnknownProject";
import { Grid, type GridHandle } from "@/grid/Grid";
import { nothing, pick, pickedCount, targets, type Pick, type Selection } from "@/grid/selection";
import { skip, unsure } from "@/label/look";
import { Confirm } from "@/ui/Dialog";
import { ErrorNote, Skeleton } from "@/ui/States";
import { everything, filters, fromAddress, inQueue, noFilter, toAddress, type Asked } from "./asked";
import { Detail } from "./Detail";
import { Filters } from "./Filters";
import { Inspector } from "./Inspector";
import { KeyBar } from "./KeyBar";
import { NoPictures } from "./NoPictures";
import { Progress } from "./Progress";
import { SkipDoubles } from "./SkipDoubles";
import { byName, incomplete, scoreText } from "./queues";
import { QueueAsks, QueueTrouble } from "./QueueTrouble";
import { ToolBar } from "./ToolBar";
import { useBrowseKeys } from "./useBrowseKeys";
import { useClasses } from "./useClasses";
import { useKeysBack } from "./useKeysBack";
import { useLabelling } from "./useLabelling";
import { useRefusals } from "./useRefusals";
import { useView } from "./useView";
import { ViewTrouble } from "./ViewTrouble";
import { WhyLine } from "./WhyLine";
import "./browse.css";

const TILE_KEY = "sightline.tile";
/** So many pictures at most are compared with at once. */
const MOST_COMPARED = 100;
const NO_QUEUES: readonly QueueInfo[] = [];

export function Component() {
  const { project = "" } = useParams();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <BrowseProject key={project} project={project} />;
}

const unseen = new Store<Selection>(nothing);
const noneRejected = new Store<ReadonlySet<number>>(new Set());

function BrowseProject({ project }: { project: string }) {
  const navigate = useNavigate();
  const { key: place } = useLocation();
  const [search, setSearch] = useAddress();
  const asked = useMemo(() => fromAddress(search), [search]);
  const classes = useClasses(project);
  const about = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  const { data: queues } = useQuery({ queryKey: keys.queues, queryFn: api.queues, staleTime: Infinity });
  const { view, error, loading, old, refresh } = useView(project, asked, place);
  const chosen = view?.selection ?? unseen;
  const selection = useSyncExternalStore(chosen.subscribe, chosen.get);
  const rejects = view?.rejected ?? noneRejected;
  const rejected = useSyncExternalStore(rejects.subscribe, rejects.get);
  const [opened, setOpened] = useState<number | null>(null);
  const [picking, setPicking] = useState(false);
  const [tile, setTile] = useState(() => Number(kept.read(TILE_KEY)) || 160);
  const grid = useRef<GridHandle>(null);
  useRefusals();

  const viewId = view?.info.id ?? "";
  const [shownView, setShownView] = useState(viewId);
  if (shownView !== viewId) {
    setShownView(viewId);
    setOpened(null);
  }
  // A view that was left is found where it was left.
  useEffect(() => {
    if (chosen.get().focus > 0) grid.current?.show(chosen.get().focus);
  }, [chosen, viewId]);

  const size = view?.windows.size ?? 0;
  const moveTo = useCallback(
    (next: Selection) => {
      chosen.set(next);
      setOpened((now) => (now === null ? null : next.focus));
      grid.current?.show(next.focus);
    },
    [chosen],
  );
  const onPick = useCallback((by: Pick) => moveTo(pick(chosen.get(), by)), [moveTo, chosen]);
  /** A key acts on what can be seen: a focus that was scrolled away is brought back first. */
  const seen = useCallback(() => {
    const { focus } = chosen.get();
    if (opened !== null || (grid.current?.inView(focus) ?? false)) return true;
    grid.current?.show(focus);
    return false;
  }, [chosen, opened]);
  const multi = about.data?.task === "multi";
  const labelling = useLabelling({ view, looks: classes.list, multi, onDone: moveTo, seen });
  const { mark, give, accept, reject, repeat } = labelling;

  const ask = useCallback((next: Asked) => setSearch(toAddress(next), { replace: true }), [setSearch]);
  const toQueue = useCallback((name: string) => ask(inQueue(asked, name)), [ask, asked]);
  const open = useCallback(
    (index: number) => {
      if (index < 0 || index >= size) return;
      chosen.set(pick(chosen.get(), { kind: "focus", index }));
      setOpened(index);
    },
    [size, chosen],
  );
  const toGrid = useCallback(() => void requestAnimationFrame(() => grid.current?.focus()), []);
  const panes = useRef<HTMLDivElement>(null);
  useKeysBack(panes, toGrid);
  const close = useCallback(() => {
    setOpened(null);
    toGrid();
  }, [toGrid]);

  /** What is similar to some pictures, in the same grid; the way back leads to the place where one was. */
  const similarTo = useCallback(
    (indices: readonly number[]) => {
      const images = indices.slice(0, MOST_COMPARED).flatMap((index) => view?.windows.get(index)?.id ?? []);
      if (images.length === 0) return;
      const next = toAddress({ ...inQueue(asked, "similar", { images }), filter: noFilter });
      setSearch(next, { state: { back: true } });
    },
    [view, asked, setSearch],
  );
  const similar = useCallback(() => similarTo(targets(chosen.get(), size)), [similarTo, chosen, size]);
  const similarOne = useCallback((index: number) => similarTo([index]), [similarTo]);
  const { state: came } = useLocation() as { state: { back?: boolean } | null };
  const back = useCallback(() => {
    if (asked.queue !== "similar") return false;
    if (came?.back) void navigate(-1);
    else toQueue("all");
    return true;
  }, [asked.queue, came, navigate, toQueue]);
  const find = useCallback(() => {
    const field = document.querySelector<HTMLInputElement>(".words-field input, .search-field input");
    field?.focus();
    field?.select();
  }, []);
  const pickQueue = useCallback(() => setPicking(true), []);

  useBrowseKeys({
    selection,
    size,
    layout: () => grid.current?.layout() ?? null,
    looks: classes.list,
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
    similar,
    queues: pickQueue,
    find,
    back,
  });
  const add = useCallback(() => void navigate(`/projects?add=${encodeURIComponent(project)}`), [navigate, project]);
  const draw = useCallback(() => {
    const { focus } = chosen.get();
    const item = view?.windows.get(focus);
    void navigate(item ? to.annotate(project, item.id, viewId, focus) : to.annotate(project, null, viewId));
  }, [chosen, view, viewId, navigate, project]);
  useCommands(
    "browse",
    useMemo(
      () => [
        { id: "refresh", section: "Browse", title: "Refresh the view", keys: "R", run: refresh },
        { id: "similar", section: "Browse", title: "Show what is similar", keys: "S", run: similar },
        { id: "find", section: "Browse", title: "Search", keys: "/", run: find },
        { id: "add", section: "Browse", title: "Add pictures", run: add },
        { id: "draw", section: "Browse", title: "Draw in the pictures of this view", run: draw },
        ...(queues ?? [])
          .filter((queue) => !queue.options.includes("images"))
          .map((queue) => ({
            id: `queue-${queue.name}`,
            section: "Queue",
            title: `${queue.title}: ${queue.description}`,
            run: () => toQueue(queue.name),
          })),
        { id: "accept", section: "Label", title: "Accept the suggestion", keys: "Space", run: accept },
        {
          id: "reject",
          section: "Label",
          title: multi ? "None of these" : "Reject the suggestion",
          keys: "N",
          run: reject,
        },
        { id: "repeat", section: "Label", title: "Repeat the last label", keys: ".", run: repeat },
        { id: "unsure", section: "Label", title: "Unsure", keys: "0", run: () => mark(unsure) },
        { id: "skip", section: "Label", title: "Skip", keys: "X", run: () => mark(skip) },
        ...classes.list.map((look) => ({
          id: `class-${look.id}`,
          section: "Label",
          title: look.name,
          keys: look.hotkey ?? "",
          run: () => give(look.id),
        })),
      ],
      [refresh, similar, find, add, draw, queues, toQueue, accept, reject, repeat, mark, give, multi, classes.list],
    ),
  );

  const chooseTile = useCallback((px: number) => {
    kept.write(TILE_KEY, String(px));
    setTile(px);
  }, []);
  const queueName = view?.info.queue ?? asked.queue;
  const score = useCallback((item: Item) => scoreText(queueName, item), [queueName]);
  const confirmAll = useCallback(() => {
    onPick({ kind: "all", count: size });
    accept();
  }, [onPick, size, accept]);
  const clear = useCallback(() => onPick({ kind: "clear" }), [onPick]);
  const openFocus = useCallback(() => open(chosen.get().focus), [open, chosen]);
  const comparable = about.data?.queue_ready === true;
  const asks = !loading && error === null && incomplete(asked);
  // Keys give classes: pictures come once it is known which there are, and whether they are tags.
  const known = classes.isFetched && about.isFetched;

  return (
    <main className="browse">
      <h1 className="hidden-but-read">Browse {project}</h1>
      <div ref={panes} className="browse-panes" inert={opened !== null}>
        <div className="tools">
          <ToolBar
            project={project}
            queues={queues ?? NO_QUEUES}
            looks={classes.list}
            asked={asked}
            onAsk={ask}
            picking={picking}
            onPicking={setPicking}
            view={view?.info.id ?? null}
            size={view ? size : null}
            tile={tile}
            onTile={chooseTile}
            old={old}
            loading={loading}
            onRefresh={refresh}
            note={view?.info.note ?? ""}
            onConfirmAll={confirmAll}
            onBack={back}
            onGrid={toGrid}
          />
          <div className="progress-line">
            <WhyLine windows={view?.windows ?? null} index={selection.focus} />
            {view?.info.queue === "near-duplicates" && size > 0 && (
              <SkipDoubles project={project} view={view.info.id} size={size} />
            )}
            <Progress project={project} />
          </div>
        </div>
        <Filters
          project={project}
          about={about.data}
          asked={asked}
          onAsk={ask}
          looks={classes.list}
          view={view}
          error={classes.error}
        />
        <section className="browse-grid" aria-label="View" aria-busy={loading}>
          {error !== null && view && (
            <div className="browse-note">
              <ErrorNote error={error} onRetry={refresh} />
            </div>
          )}
          {error !== null && !view && (
            <QueueTrouble
              error={error}
              queue={byName(queues, asked.queue)}
              project={project}
              about={about.data}
              onRetry={refresh}
              onQueue={toQueue}
            />
          )}
          {view && <ViewTrouble windows={view.windows} onRefresh={refresh} />}
          {asks && !view && <QueueAsks queue={asked.queue} onQueue={toQueue} />}
          {!(view && known) && error === null && !asks && <WaitingGrid tile={tile} />}
          {view && known && size === 0 && (
            <NoPictures
              about={about.data?.images ?? 0}
              filtered={filters(asked.filter) > 0}
              note={view.info.note}
              onAdd={add}
              onAll={() => ask(everything)}
            />
          )}
          {view && known && size > 0 && (
            <Grid
              ref={grid}
              viewKey={viewId}
              windows={view.windows}
              tile={tile}
              looks={classes.byId}
              selection={selection}
              withWhy={view.info.queue !== "all"}
              score={score}
              rejected={rejected}
              onPick={onPick}
              onOpen={open}
              onSimilar={comparable ? similarOne : null}
            />
          )}
        </section>
        <Inspector
          project={project}
          view={viewId}
          windows={view?.windows ?? null}
          index={selection.focus}
          looks={classes.byId}
          multi={multi}
          onOpen={openFocus}
          onSimilar={comparable ? similar : null}
        />
        <KeyBar
          looks={classes.list}
          picked={pickedCount(selection, size)}
          onMark={mark}
          onGive={give}
          onNone={multi ? labelling.none : null}
          onClear={clear}
          onAccept={comparable ? accept : null}
        />
      </div>
      {view && opened !== null && (
        <Detail
          project={project}
          view={view}
          index={opened}
          looks={classes.list}
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
