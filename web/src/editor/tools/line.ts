/** Points set one by one or drawn freely: what polygons and cuts have in common. Pure. */
import type { ImagePoint } from "../types";
import { inside, type Context, type Draft, type Press, type Step, type Tool } from "./tool";

export interface Line {
  readonly points: readonly ImagePoint[];
  /** Where the next point would be. */
  readonly next: ImagePoint | null;
  readonly held: boolean;
  /** Where the button went down last. */
  readonly pressed: ImagePoint | null;
}
export const NO_LINE: Line = { points: [], next: null, held: false, pressed: null };

/** CSS pixels between the points of a line that is drawn freely. */
const FREE_PX = 8;

const distance = (a: ImagePoint, b: ImagePoint) => Math.hypot(a.x - b.x, a.y - b.y);

/** Whether a press is on a point, in CSS pixels. */
export const isOn = (point: ImagePoint | undefined, p: ImagePoint, zoom: number, reach: number) =>
  point !== undefined && distance(point, p) * zoom <= reach;

/** The line after a press: down sets a point, moving with the button down draws freely. */
export function drawn(line: Line, press: Press, context: Context): Line {
  const p = inside(press.shift ? straight(line, press.p) : context.snap(press.p), context.size);
  const last = line.points.at(-1);
  if (press.kind === "down") {
    return { points: isSame(last, p) ? line.points : [...line.points, p], next: p, held: true, pressed: p };
  }
  if (press.kind === "up") return { ...line, next: p, held: false };
  const far = line.held && last && distance(last, p) * context.zoom >= FREE_PX;
  return { ...line, points: far ? [...line.points, p] : line.points, next: p };
}

const isSame = (a: ImagePoint | undefined, b: ImagePoint) => a?.x === b.x && a.y === b.y;

/** Shift holds the line level, upright or at 45 degrees. */
function straight(line: Line, p: ImagePoint): ImagePoint {
  const last = line.points.at(-1);
  if (!last) return p;
  const [dx, dy] = [p.x - last.x, p.y - last.y];
  const angle = Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * (Math.PI / 4);
  const along = dx * Math.cos(angle) + dy * Math.sin(angle);
  return { ...p, x: last.x + along * Math.cos(angle), y: last.y + along * Math.sin(angle) };
}

export const shortened = (line: Line): Line => ({ ...line, points: line.points.slice(0, -1), held: false });

/** x, y, x, y, ... */
export const flat = (points: readonly ImagePoint[]): number[] => points.flatMap(({ x, y }) => [x, y]);

/** With the point under the pointer at its end. */
export const withNext = (line: Line): number[] =>
  flat(line.next && line.points.length ? [...line.points, line.next] : line.points);

interface LineTool {
  readonly what: "polygon" | "cut";
  readonly finish: (line: Line, context: Context) => Step<Line>;
  readonly pressed: (line: Line, press: Press, context: Context) => Step<Line>;
  readonly draft: (line: Line) => Draft;
}

/** A tool that makes something of a line: the last point can be taken back, and what is drawn so far given up. */
export const lineTool = ({ what, finish, pressed, draft }: LineTool): Tool<Line> => ({
  start: NO_LINE,
  step(line, input, context) {
    switch (input.kind) {
      case "cancel":
        return [NO_LINE, []];
      case "back":
        return [shortened(line), []];
      case "finish":
        return finish(line, context);
      case "skip":
        return [line, []];
      default:
        return pressed(line, input, context);
    }
  },
  draft,
  progress: (line) => (line.points.length ? { what, points: line.points.length } : null),
});
