import { useEffect, useEffectEvent, useImperativeHandle, useMemo, useRef, useState, type Ref } from "react";
import { urls } from "@/api/calls";
import type { MapCluster } from "@/api/types";
import { Thumb } from "@/grid/Thumb";
import type { ClassLook } from "@/label/look";
import { toScreen, type Frame, type Size } from "@/plot/plane";
import type { Polygon } from "@/plot/polygon";
import { Scatter, type Tool } from "@/plot/scatter";
import { count, many, percent } from "@/ui/format";
import { paintOf, visible, type Legend } from "./colours";
import { toUnit, type Bounds, type Points } from "./points";

export interface MapHandle {
  fit: () => void;
  zoom: (factor: number) => void;
  seen: () => readonly [number, number, number, number] | null;
}

interface MapCanvasProps {
  ref: Ref<MapHandle>;
  project: string;
  method: string;
  points: Points;
  bounds: Bounds;
  legend: Legend;
  hidden: ReadonlySet<string>;
  /** The points that are selected; null: there is no selection. */
  chosen: readonly number[] | null;
  /** The picture that has the focus in the grid. */
  focused: number | null;
  tool: Tool;
  clusters: readonly MapCluster[];
  names: ReadonlyMap<number, string>;
  looks: ReadonlyMap<number, ClassLook>;
  onPoint: (point: number | null) => void;
  onCluster: (cluster: number) => void;
  onLasso: (polygon: Polygon) => void;
}

interface Hovered {
  readonly point: number;
  readonly left: number;
  readonly top: number;
}

const CARD_PX = { width: 168, height: 190 };
/** Names on the map: more would hide it. */
const NAMED = 14;

export function MapCanvas(props: MapCanvasProps) {
  const { ref, points, bounds, legend, hidden, chosen, focused, tool, clusters, names, method, project } = props;
  const box = useRef<HTMLDivElement>(null);
  const density = useRef<HTMLCanvasElement>(null);
  const plane = useRef<HTMLCanvasElement>(null);
  const hand = useRef<HTMLCanvasElement>(null);
  const labels = useRef<HTMLDivElement>(null);
  const scatter = useRef<Scatter | null>(null);
  const last = useRef<{ frame: Frame; size: Size } | null>(null);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const [fast, setFast] = useState(true);

  const named = useMemo(
    () =>
      clusters
        .filter((one) => one.class_id !== null || clusters.length > 1)
        .slice(0, NAMED)
        .map((one) => ({ id: one.id, at: toUnit(bounds, one.x, one.y), name: names.get(one.id) ?? "" })),
    [clusters, bounds, names],
  );

  const place = useEffectEvent(() => {
    const at = last.current;
    if (!at || !labels.current) return;
    for (const element of labels.current.children) {
      const one = named.find(({ id }) => String(id) === (element as HTMLElement).dataset.cluster);
      const [x, y] = one ? toScreen(at.frame, ...one.at) : [-999, -999];
      (element as HTMLElement).style.transform = `translate(${x}px, ${y}px) translate(-50%, -26px)`;
    }
  });
  const hover = useEffectEvent((point: number | null) => {
    const at = last.current;
    if (point === null || !at) {
      setHovered(null);
      return;
    }
    const [x, y] = toScreen(at.frame, points.x[point] ?? 0, points.y[point] ?? 0);
    const left = x + CARD_PX.width + 24 > at.size.width ? x - CARD_PX.width - 14 : x + 14;
    const top = Math.max(8, Math.min(at.size.height - CARD_PX.height - 8, y - CARD_PX.height / 2));
    setHovered((now) => (now?.point === point && now.left === left ? now : { point, left, top }));
  });
  const click = useEffectEvent((point: number | null) => props.onPoint(point));
  const lasso = useEffectEvent((polygon: Polygon) => props.onLasso(polygon));

  useEffect(() => {
    if (!box.current || !density.current || !plane.current || !hand.current) return;
    const made = new Scatter(
      { box: box.current, density: density.current, points: plane.current, hand: hand.current },
      {
        onFrame: (frame, size) => {
          last.current = { frame, size };
          place();
          hover(null);
        },
        onHover: (point) => hover(point),
        onClick: (point) => click(point),
        onLasso: (polygon) => lasso(polygon),
      },
    );
    scatter.current = made;
    setFast(made.fast);
    return () => {
      scatter.current = null;
      made.close();
    };
  }, []);

  useEffect(() => scatter.current?.draw(points.x, points.y, paintOf(legend)), [points.x, points.y, legend]);
  useEffect(() => scatter.current?.show(visible(legend, hidden)), [legend, hidden]);
  useEffect(() => scatter.current?.select(chosen), [chosen, legend]);
  useEffect(() => scatter.current?.mark(focused), [focused, points]);
  useEffect(() => scatter.current?.use(tool), [tool]);
  useEffect(() => place(), [named]);
  const sampled = points.total > points.count;
  useEffect(
    () => scatter.current?.shade(sampled ? urls.mapTile(project, method, points.key) : null),
    [sampled, project, method, points.key],
  );
  useImperativeHandle(
    ref,
    () => ({
      fit: () => scatter.current?.fit(),
      zoom: (factor) => scatter.current?.zoom(factor),
      seen: () => scatter.current?.seen() ?? null,
    }),
    [],
  );

  return (
    <div
      ref={box}
      className={`map-box ${tool}`}
      role="group"
      aria-label={`Map: ${many(points.count, "point")} in ${many(clusters.length, "cluster")}. The clusters are listed beside it.`}
    >
      <canvas ref={density} className="map-layer" aria-hidden />
      <canvas ref={plane} className="map-layer map-points" aria-hidden />
      <canvas ref={hand} className="map-layer" aria-hidden />
      <div ref={labels} className="map-labels" aria-hidden>
        {named.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            tabIndex={-1}
            className="map-label"
            data-cluster={id}
            onClick={() => props.onCluster(id)}
          >
            {name}
          </button>
        ))}
      </div>
      {!fast && (
        <p className="map-slow small" role="status">
          Drawn without WebGL: slower, otherwise the same. Turn on graphics acceleration in the browser's settings.
        </p>
      )}
      {hovered && <Preview points={points} at={hovered} looks={props.looks} />}
      {sampled && (
        <p className="map-sample small muted">
          {count(points.count)} of {count(points.total)} pictures drawn; the shading counts all
        </p>
      )}
    </div>
  );
}

function Preview({ points, at, looks }: { points: Points; at: Hovered; looks: ReadonlyMap<number, ClassLook> }) {
  const { point } = at;
  const given = looks.get(points.classId[point] ?? -1)?.name;
  const guess = looks.get(points.predicted[point] ?? -1)?.name;
  const p = points.probability[point] ?? NaN;
  return (
    <div className="map-preview" style={{ left: at.left, top: at.top }}>
      <Thumb key={points.imageId[point]} id={points.imageId[point] ?? 0} />
      <div className="small">
        <b>{given ?? points.statuses[points.status[point] ?? 0]}</b>
        {guess && (
          <div className="muted">
            sees {guess} {Number.isNaN(p) ? "" : percent(p, 0)}
          </div>
        )}
      </div>
    </div>
  );
}
