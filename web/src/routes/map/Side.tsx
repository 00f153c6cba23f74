import { Eye, EyeOff } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import type { MapCluster } from "@/api/types";
import { Button, Kbd } from "@/ui/Button";
import { count, percent, sentence } from "@/ui/format";
import { COLOUR_BY, type ColourBy, type Entry, type Legend } from "./colours";

interface LegendListProps {
  by: ColourBy;
  onBy: (by: ColourBy) => void;
  legend: Legend | null;
  hidden: ReadonlySet<string>;
  onHide: (key: string) => void;
  selected: string;
  onSelect: (entry: Entry) => void;
}

/** What the colours say: each entry hides or shows its points, and selects its pictures. */
export function LegendList({ by, onBy, legend, hidden, onHide, selected, onSelect }: LegendListProps) {
  return (
    <section aria-label="Colours">
      <label className="map-by small">
        <span className="muted">Colour by</span>
        <select className="input compact" value={by} onChange={(event) => onBy(event.target.value as ColourBy)}>
          {COLOUR_BY.map((one) => (
            <option key={one} value={one}>
              {sentence(one)}
            </option>
          ))}
        </select>
      </label>
      <ul className="map-legend">
        {(legend?.entries ?? []).map((entry) => {
          const off = hidden.has(entry.key);
          const inside = (
            <>
              <span className="map-dot" style={{ background: entry.colour }} aria-hidden />
              {entry.hotkey !== null && <Kbd>{entry.hotkey}</Kbd>}
              <span className="ellipsis grow">{sentence(entry.name)}</span>
              <span className="muted small tabular">{count(entry.count)}</span>
            </>
          );
          return (
            <li key={entry.key} className={off ? "map-entry off" : "map-entry"}>
              {entry.filter ? (
                <button
                  type="button"
                  className="filter-row"
                  aria-pressed={selected === `${by}:${entry.key}`}
                  aria-label={`Select ${entry.name}, ${count(entry.count)}`}
                  onClick={() => onSelect(entry)}
                >
                  {inside}
                </button>
              ) : (
                <span className="filter-row still">{inside}</span>
              )}
              <Button
                look="quiet"
                small
                className="icon"
                aria-label={`${off ? "Show" : "Hide"} ${entry.name}`}
                aria-pressed={off}
                onClick={() => onHide(entry.key)}
              >
                {off ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface ClusterListProps {
  clusters: readonly MapCluster[];
  outliers: number;
  names: ReadonlyMap<number, string>;
  selected: string;
  onSelect: (cluster: number) => void;
}

/** The map in words: its groups with their sizes, for those who do not see it and for those who do. */
export function ClusterList({ clusters, outliers, names, selected, onSelect }: ClusterListProps) {
  const row = (id: number, name: string, size: number, note: string) => (
    <li key={id}>
      <button
        type="button"
        className="filter-row"
        aria-pressed={selected === `cluster:${id === -1 ? "none" : id}`}
        aria-label={`Select the cluster ${name}, ${count(size)} pictures`}
        onClick={() => onSelect(id)}
      >
        <span className="ellipsis grow">{name}</span>
        {note && <span className="muted small">{note}</span>}
        <span className="muted small tabular">{count(size)}</span>
      </button>
    </li>
  );
  return (
    <section aria-labelledby="map-clusters">
      <h2 id="map-clusters" className="panel-title">
        Clusters
      </h2>
      <ul>
        {clusters.map((one) =>
          row(
            one.id,
            names.get(one.id) ?? "",
            one.count,
            one.share !== null && one.share < 1 ? percent(one.share, 0) : "",
          ),
        )}
        {outliers > 0 && row(-1, "Outliers", outliers, "")}
      </ul>
    </section>
  );
}

type Edges = readonly [number, number, number, number];
const EDGES = ["Left", "Bottom", "Right", "Top"] as const;

/** A rectangle by its edges: what the lasso does, without a pointer. */
export function RectangleForm({ seen, onSelect }: { seen: () => Edges | null; onSelect: (edges: Edges) => void }) {
  const [edges, setEdges] = useState<readonly string[]>(["", "", "", ""]);
  const values = edges.map((text) => (text.trim() === "" ? NaN : Number(text)));
  const ready = values.every(Number.isFinite);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (ready) onSelect(values as unknown as Edges);
  };
  const takeSeen = () => {
    const now = seen();
    if (now) setEdges(now.map((value) => String(Number(value.toPrecision(4)))));
  };
  return (
    <details className="map-rectangle">
      <summary className="panel-title">Select a rectangle</summary>
      <form onSubmit={submit}>
        <div className="map-edges">
          {EDGES.map((name, i) => (
            <label key={name} className="small">
              <span className="muted">{name}</span>
              <input
                className="input compact"
                inputMode="decimal"
                value={edges[i]}
                onChange={(event) => setEdges(edges.with(i, event.target.value))}
              />
            </label>
          ))}
        </div>
        <div className="row">
          <Button small onClick={takeSeen}>
            What is in sight
          </Button>
          <Button small look="primary" type="submit" disabled={!ready}>
            Select
          </Button>
        </div>
      </form>
    </details>
  );
}
