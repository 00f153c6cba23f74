import { boundsOf, type Shape } from "@/editor";

const ring = (points: readonly number[]): string => {
  const pairs: string[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) pairs.push(`${points[i]} ${points[i + 1]}`);
  return `M${pairs.join("L")}Z`;
};
const rectangle = (x1: number, y1: number, x2: number, y2: number) => ring([x1, y1, x2, y1, x2, y2, x1, y2]);
const dot = (x: number, y: number, r: number) =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

function turned([cx = 0, cy = 0, w = 0, h = 0, degrees = 0]: readonly number[]): string {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const corners = [
    [-w / 2, -h / 2],
    [w / 2, -h / 2],
    [w / 2, h / 2],
    [-w / 2, h / 2],
  ] as const;
  return ring(corners.flatMap(([x, y]) => [cx + x * cos - y * sin, cy + x * sin + y * cos]));
}

/** A shape as the path of an SVG, in pixels of the picture; `r`: how large a point is. A mask is told by its bounds. */
export function outline(object: Shape, r = 4): string {
  switch (object.kind) {
    case "box":
      return rectangle(...object.geometry);
    case "obb":
      return turned(object.geometry);
    case "polygon":
      return object.geometry.flat().map(ring).join("");
    case "point":
      return dot(object.geometry[0], object.geometry[1], r);
    case "keypoints":
      return object.geometry.flatMap(([x, y, seen]) => (seen > 0 ? dot(x, y, r) : [])).join("");
    case "mask":
      return rectangle(...boundsOf(object));
  }
}
