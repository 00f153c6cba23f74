import type { DrawnObject } from "@/draw/objects";

const ring = (points: readonly number[]): string => {
  const pairs: string[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) pairs.push(`${points[i]} ${points[i + 1]}`);
  return `M${pairs.join("L")}Z`;
};
const rectangle = (x1: number, y1: number, x2: number, y2: number) => ring([x1, y1, x2, y1, x2, y2, x1, y2]);
const dot = (x: number, y: number, r: number) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

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
export function outline({ kind, geometry }: DrawnObject, bounds: (mask: DrawnObject) => readonly number[], r = 4): string {
  switch (kind) {
    case "box": {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = geometry as number[];
      return rectangle(x1, y1, x2, y2);
    }
    case "obb":
      return turned(geometry as number[]);
    case "polygon":
      return (geometry as number[][][]).flat().map(ring).join("");
    case "point": {
      const [x = 0, y = 0] = geometry as number[];
      return dot(x, y, r);
    }
    case "keypoints":
      return (geometry as [number, number, number][])
        .flatMap(([x, y, seen]) => (seen > 0 ? dot(x, y, r) : []))
        .join("");
    case "mask": {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = bounds({ kind, geometry } as DrawnObject);
      return rectangle(x1, y1, x2, y2);
    }
  }
}
