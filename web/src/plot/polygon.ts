/** Corners in order; closed by itself. */
export type Polygon = readonly (readonly [number, number])[];

/** Whether a point lies inside, by the even-odd rule; the server judges in the same way. */
export function isInside(polygon: Polygon, x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [x0, y0] = polygon[j] ?? [0, 0];
    const [x1, y1] = polygon[i] ?? [0, 0];
    if (y0 > y !== y1 > y && x < ((x1 - x0) / (y1 - y0)) * (y - y0) + x0) odd = !odd;
  }
  return odd;
}

function offLine(
  [x, y]: readonly [number, number],
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

/** The same line with fewer corners, none further than `tolerance` off (Ramer 1972, Douglas and Peucker 1973). */
export function simplify(line: Polygon, tolerance: number): Polygon {
  const [first, last] = [line[0], line.at(-1)];
  if (line.length < 3 || !first || !last) return line;
  let [worst, at] = [0, 0];
  for (let i = 1; i < line.length - 1; i++) {
    const off = offLine(line[i] ?? first, first, last);
    if (off > worst) [worst, at] = [off, i];
  }
  if (worst <= tolerance) return [first, last];
  return [...simplify(line.slice(0, at + 1), tolerance).slice(0, -1), ...simplify(line.slice(at), tolerance)];
}

/** A rectangle as a polygon. */
export const rectangle = (left: number, bottom: number, right: number, top: number): Polygon => [
  [left, bottom],
  [right, bottom],
  [right, top],
  [left, top],
];
