import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useShownTheme } from "@/app/theme";
import type { Columns } from "./curves";
import "./plot.css";

export interface Line {
  readonly label: string;
  /** A CSS variable's name. */
  readonly colour: string;
  readonly width: number;
  /** Joins points over gaps, and shows them: for values that come once per epoch. */
  readonly sparse?: boolean;
  readonly dash?: number[];
  readonly format: (value: number) => string;
}

interface LineChartProps {
  title: string;
  columns: Columns;
  lines: readonly Line[];
  height?: number;
}

const FONT = "11px Inter, sans-serif";

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** With no pointer on it, the legend says the newest values. */
function sayNewest(plot: uPlot): void {
  if (plot.cursor.idx === null || plot.cursor.idx === undefined) {
    plot.setLegend({ idx: plot.data[0].length - 1 }, false);
  }
}

function options(title: string, lines: readonly Line[], width: number, height: number): uPlot.Options {
  const axis = {
    stroke: colourOf("--muted"),
    grid: { stroke: colourOf("--line"), width: 1 },
    ticks: { show: false },
    font: FONT,
  };
  return {
    title: undefined,
    width,
    height,
    padding: [10, 12, 0, 0],
    cursor: { points: { size: 6 }, drag: { x: true, y: false } },
    legend: { live: true },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 28, space: 70 },
      {
        ...axis,
        size: 52,
        space: 34,
        values: (_plot, ticks) => ticks.map((tick) => lines[0]?.format(tick) ?? String(tick)),
      },
    ],
    series: [
      { label: "step" },
      ...lines.map((line) => ({
        label: line.label,
        stroke: colourOf(line.colour),
        width: line.width,
        dash: line.dash,
        spanGaps: true,
        points: { show: line.sparse === true, size: 5, fill: colourOf(line.colour) },
        value: (_plot: uPlot, value: number | null) => (value === null ? "–" : line.format(value)),
      })),
    ],
    hooks: { ready: [(plot) => plot.root.setAttribute("aria-hidden", "true"), sayNewest], setCursor: [sayNewest] },
    id: title,
  };
}

/** A live line chart. It is a picture only: the same figures stand in a table beside it. */
export default function LineChart({ title, columns, lines, height = 220 }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useShownTheme();
  const latest = useRef(columns);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(
      options(title, lines, element.clientWidth, height),
      latest.current as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [title, lines, height, theme]);

  useEffect(() => {
    latest.current = columns;
    plot.current?.setData(columns as uPlot.AlignedData);
    if (plot.current) sayNewest(plot.current);
  }, [columns]);

  return (
    <figure className="chart" aria-label={title}>
      <figcaption className="chart-title">{title}</figcaption>
      <div ref={box} />
    </figure>
  );
}
