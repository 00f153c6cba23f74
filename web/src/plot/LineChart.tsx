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

/** Something that happened at a step: an upright line with a word. */
export interface Mark {
  readonly at: number;
  readonly label: string;
  /** A CSS variable's name. */
  readonly colour: string;
}

interface LineChartProps {
  title: string;
  columns: Columns;
  lines: readonly Line[];
  height?: number;
  marks?: readonly Mark[];
}

const none: readonly Mark[] = [];

/** Draws the marks over the lines; words that would run into one another are left out. */
function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px Inter, sans-serif`;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  let free = bbox.left;
  for (const mark of marks) {
    const x = plot.valToPos(mark.at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = colourOf(mark.colour);
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(mark.label).width;
    if (x < free || x + width > bbox.left + bbox.width) continue;
    ctx.fillText(mark.label, x + 3 * ratio, bbox.top + 2 * ratio);
    free = x + width + 10 * ratio;
  }
  ctx.restore();
}

const FONT = "11px Inter, sans-serif";

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** With no pointer on it, the legend says the newest value of each line. */
function sayNewest(plot: uPlot): void {
  if (plot.cursor.idx === null || plot.cursor.idx === undefined) {
    const idxs = plot.data.map((line) => {
      const at = [...line].findLastIndex((value) => value !== null && value !== undefined);
      return at < 0 ? null : at;
    });
    plot.setLegend({ idxs }, false);
  }
}

function options(
  title: string,
  lines: readonly Line[],
  width: number,
  height: number,
  marks: { readonly current: readonly Mark[] },
): uPlot.Options {
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
    hooks: {
      ready: [(plot) => plot.root.setAttribute("aria-hidden", "true"), sayNewest],
      setCursor: [sayNewest],
      draw: [(plot) => drawMarks(plot, marks.current)],
    },
    id: title,
  };
}

/** A live line chart. It is a picture only: the same figures stand in a table beside it. */
export default function LineChart({ title, columns, lines, height = 220, marks = none }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useShownTheme();
  const latest = useRef(columns);
  const shown = useRef(marks);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(
      options(title, lines, element.clientWidth, height, shown),
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

  useEffect(() => {
    shown.current = marks;
    plot.current?.redraw(false);
  }, [marks]);

  return (
    <figure className="chart" aria-label={title}>
      <figcaption className="chart-title">{title}</figcaption>
      <div ref={box} />
    </figure>
  );
}
