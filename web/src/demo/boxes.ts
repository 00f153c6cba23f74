import type { Found } from "./ask";

/** Hues far from each other, for classes in the order in which they turn up. */
export const hue = (at: number): number => Math.round((at * 137.508) % 360);

/** Draws boxes over a picture of `width` x `height` pixels; the text is in the list beside it. */
export function drawBoxes(objects: readonly Found[], width: number, height: number): SVGSVGElement {
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", class: "boxes" });
  const names = [...new Set(objects.map((one) => one.label))];
  const line = Math.max(width, height) / 200;
  for (const { label, box, score } of objects) {
    const colour = `hsl(${hue(names.indexOf(label))} 90% 62%)`;
    const [x1, y1, x2, y2] = box;
    for (const [stroke, wide] of [["#000a", 2.2] as const, [colour, 1] as const])
      svg.append(
        element("rect", {
          x: String(x1),
          y: String(y1),
          width: String(Math.max(x2 - x1, 0)),
          height: String(Math.max(y2 - y1, 0)),
          fill: "none",
          stroke,
          "stroke-width": String(line * wide),
        }),
      );
    const text = element("text", {
      x: String(x1 + line),
      y: String(Math.max(y1 - line * 2, line * 7)),
      fill: colour,
      "font-size": String(line * 7),
      "paint-order": "stroke",
      stroke: "#000c",
      "stroke-width": String(line * 1.4),
    });
    text.textContent = `${label} ${score.toFixed(2)}`;
    svg.append(text);
  }
  return svg;
}

function element<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
