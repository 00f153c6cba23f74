import { useQuery } from "@tanstack/react-query";
import { Hand, LassoSelect, Maximize, Minus, MousePointerClick, Plus, RotateCw } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { useAddress } from "@/app/address";
import { useCommands } from "@/app/commands";
import { browsing, isTyping } from "@/app/keymap";
import { announce } from "@/app/services";
import { useShownTheme } from "@/app/theme";
import { UnknownProject } from "@/app/UnknownProject";
import { rectangle, type Polygon } from "@/plot/polygon";
import type { Tool } from "@/plot/scatter";
import { useClasses } from "@/routes/browse/useClasses";
import { useRefusals } from "@/routes/browse/useRefusals";
import { IconButton } from "@/ui/Button";
import { count, many } from "@/ui/format";
import { Empty, ErrorNote, Skeleton } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { clusterNames, pickCluster, pickEntry, pickPolygon, type Picked } from "./asking";
import { isColourBy, legendOf, type ColourBy, type Entry } from "./colours";
import { MapCanvas, type MapHandle } from "./MapCanvas";
import { toMap, toUnit } from "./points";
import { SelectedPane, type SelectedHandle } from "./SelectedPane";
import { ClusterList, LegendList, RectangleForm } from "./Side";
import { Freshness, NoMap, useMaking } from "./Standing";
import { boundsOf, useMap } from "./useMap";
import "@/routes/browse/browse.css";
import "./map.css";

const NEARER = 1.5;
const METHODS = ["pca", "umap", "pacmap", "tsne"] as const;
const NAMES: Readonly<Record<string, string>> = { pca: "PCA", umap: "UMAP", pacmap: "PaCMAP", tsne: "t-SNE" };

export function Component() {
  const { project = "" } = useParams();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <MapProject key={project} project={project} />;
}

/** Keys of the map itself: nearer, further, fit. Fields and dialogs keep theirs. */
function useMapKeys(map: React.RefObject<MapHandle | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
      const kind = browsing(event)?.kind;
      if (kind === "fit") map.current?.fit();
      else if (kind === "zoomIn") map.current?.zoom(NEARER);
      else if (kind === "zoomOut") map.current?.zoom(1 / NEARER);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [map]);
}

/** Method and colours live in the address. */
function useShown() {
  const [search, setSearch] = useAddress();
  const asked = search.get("method") ?? "";
  const method = METHODS.find((one) => one === asked) ?? "pca";
  const by = search.get("by");
  const put = useCallback(
    (key: string, value: string) =>
      setSearch(
        (now) => {
          const next = new URLSearchParams(now);
          next.set(key, value);
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return { method, by: isColourBy(by) ? by : ("class" as ColourBy), put };
}

const nothingHidden: ReadonlySet<string> = new Set();

function MapProject({ project }: { project: string }) {
  const { method, by, put } = useShown();
  const theme = useShownTheme();
  const classes = useClasses(project);
  const { about, points, error, predicted, recolour } = useMap(project, method);
  const [hidden, setHidden] = useState(nothingHidden);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [tool, setTool] = useState<Tool>("move");
  const [focusedId, setFocusedId] = useState<number | null>(null);
  const map = useRef<MapHandle>(null);
  const pane = useRef<SelectedHandle>(null);
  const making = useMaking(project, method);
  useMapKeys(map);
  useRefusals();

  const [place, setPlace] = useState(`${method} ${by}`);
  if (place !== `${method} ${by}`) {
    setPlace(`${method} ${by}`);
    setHidden(nothingHidden);
    if (!place.startsWith(`${method} `)) {
      setPicked(null);
      setFocusedId(null);
    }
  }

  const data = about.data;
  const bounds = useMemo(() => boundsOf(data?.bounds ?? null), [data?.bounds]);
  const groups = useMemo(() => data?.clusters ?? [], [data?.clusters]);
  const names = useMemo(() => clusterNames(groups, classes.byId), [groups, classes.byId]);
  const known = useMemo(
    () => points && { points, looks: classes.list, theme, clusters: names, method },
    [points, classes.list, theme, names, method],
  );
  const legend = useMemo(() => known && legendOf(by, known), [known, by]);
  const focused = focusedId === null ? null : (points?.indexOf.get(focusedId) ?? null);

  const choose = useCallback((next: Picked | null) => {
    setPicked(next);
    setFocusedId(null);
    if (next) announce(`${next.name} selected`);
  }, []);
  const onCluster = useCallback(
    (cluster: number) => {
      if (points) choose(pickCluster(points, method, cluster, cluster < 0 ? "Outliers" : (names.get(cluster) ?? "")));
    },
    [points, method, names, choose],
  );
  const onEntry = (entry: Entry) => {
    if (known) choose(pickEntry(known, by, entry));
  };
  const onPolygon = (polygon: Polygon) => {
    if (points && bounds) choose(pickPolygon(points, method, bounds, polygon));
  };
  const onPoint = (point: number | null) => {
    if (point === null || !points) return;
    const inside = picked && new Set(picked.points).has(point);
    if (inside) pane.current?.show(points.imageId[point] ?? 0, points.ordinal[point] ?? 0);
    else onCluster(points.cluster[point] ?? -1);
  };
  const onHide = (key: string) =>
    setHidden((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  const clear = useCallback(() => choose(null), [choose]);
  const edgesSeen = () => {
    const seen = map.current?.seen();
    if (!seen || !bounds) return null;
    return [...toMap(bounds, [seen[0], seen[1]]), ...toMap(bounds, [seen[2], seen[3]])] as const;
  };

  useCommands(
    "map",
    useMemo(
      () => [
        { id: "map-fit", section: "Map", title: "Fit the map", keys: "Shift 1", run: () => map.current?.fit() },
        {
          id: "map-anew",
          section: "Map",
          title: `Make the ${NAMES[method]} map anew`,
          run: () => making.mutate("new"),
        },
        ...groups.map((one) => ({
          id: `map-cluster-${one.id}`,
          section: "Map",
          title: `Select the cluster ${names.get(one.id) ?? one.id}`,
          run: () => onCluster(one.id),
        })),
      ],
      [method, making, groups, names, onCluster],
    ),
  );

  return (
    <main className="map">
      <h1 className="hidden-but-read">Map of {project}</h1>
      <div className="map-tools">
        <label className="map-method">
          <span className="muted small">Method</span>
          <select className="input compact" value={method} onChange={(event) => put("method", event.target.value)}>
            {METHODS.map((one) => (
              <option key={one} value={one}>
                {NAMES[one]}
              </option>
            ))}
          </select>
        </label>
        {data?.state === "ready" && (
          <>
            <span className="muted small view-size">{many(data.mapped, "picture")}</span>
            {data.left_out > 0 && <span className="muted small">{count(data.left_out)} left out: not finite</span>}
            <Freshness
              project={project}
              about={data}
              predicted={predicted && (by === "prediction" || by === "uncertainty")}
              onRecolour={() => void recolour(true).catch((problem: unknown) => toasts.fail(problem))}
            />
          </>
        )}
        <span className="grow" />
        <div className="row" role="toolbar" aria-label="Map tools">
          <IconButton label="Move the map" small aria-pressed={tool === "move"} onClick={() => setTool("move")}>
            <Hand size={16} aria-hidden />
          </IconButton>
          <IconButton
            label="Draw around pictures"
            keys="Shift and drag"
            small
            aria-pressed={tool === "lasso"}
            onClick={() => setTool("lasso")}
          >
            <LassoSelect size={16} aria-hidden />
          </IconButton>
          <IconButton label="Further" keys="−" small onClick={() => map.current?.zoom(1 / NEARER)}>
            <Minus size={16} aria-hidden />
          </IconButton>
          <IconButton label="Nearer" keys="+" small onClick={() => map.current?.zoom(NEARER)}>
            <Plus size={16} aria-hidden />
          </IconButton>
          <IconButton label="Fit" keys="Shift 1" small onClick={() => map.current?.fit()}>
            <Maximize size={16} aria-hidden />
          </IconButton>
          <IconButton
            label="Lay all out anew"
            small
            disabled={data?.state !== "ready" || data.job !== null || making.isPending}
            onClick={() => making.mutate("new")}
          >
            <RotateCw size={16} aria-hidden />
          </IconButton>
        </div>
      </div>
      <aside className="map-side" aria-label="Legend">
        <LegendList
          by={by}
          onBy={(next) => put("by", next)}
          legend={legend}
          hidden={hidden}
          onHide={onHide}
          selected={picked?.key ?? ""}
          onSelect={onEntry}
        />
        {data?.state === "ready" && (
          <>
            {by !== "cluster" && (
              <ClusterList
                clusters={groups}
                outliers={data.outliers}
                names={names}
                selected={picked?.key ?? ""}
                onSelect={onCluster}
              />
            )}
            <RectangleForm
              seen={edgesSeen}
              onSelect={([left, bottom, right, top]) => {
                if (bounds) onPolygon(rectangle(...toUnit(bounds, left, bottom), ...toUnit(bounds, right, top)));
              }}
            />
          </>
        )}
      </aside>
      <section className="map-stage" aria-label="Map" aria-busy={about.isPending}>
        {error && (
          <div className="browse-note">
            <ErrorNote error={error} onRetry={() => void about.refetch()} />
          </div>
        )}
        {about.isPending && !error && <Skeleton height="100%" />}
        {data && data.state !== "ready" && <NoMap project={project} about={data} />}
        {data?.state === "ready" && points && bounds && legend && (
          <MapCanvas
            key={method}
            ref={map}
            project={project}
            method={method}
            points={points}
            bounds={bounds}
            legend={legend}
            hidden={hidden}
            chosen={picked?.points ?? null}
            focused={focused}
            tool={tool}
            clusters={groups}
            names={names}
            looks={classes.byId}
            onPoint={onPoint}
            onCluster={onCluster}
            onLasso={onPolygon}
          />
        )}
      </section>
      <section className="map-selected" aria-label="Selection">
        {picked ? (
          <SelectedPane
            ref={pane}
            project={project}
            picked={picked}
            looks={classes.list}
            byId={classes.byId}
            onFocus={setFocusedId}
            onClear={clear}
          />
        ) : (
          <Empty icon={<MousePointerClick size={28} aria-hidden />} title="Nothing selected">
            Click a group or its name, or hold Shift and draw around points. Then the keys label them all.
          </Empty>
        )}
      </section>
    </main>
  );
}
