/** Boxes and their names on a canvas over the picture. */
import { colourOf, placed, type Place, type Size } from "./place";
import type { SeenBox } from "./messages";

const FONT = '500 12px Inter, system-ui, "Segoe UI", sans-serif';
const TAG = 18;
const PAD = 5;

export const labelOf = ({ name, score, track }: SeenBox): string =>
  `${name}${track > 0 ? ` ${track}` : ""} · ${Math.round(score * 100)} %`;

function tag(pen: CanvasRenderingContext2D, text: string, at: Place, colour: string, room: Size): void {
  const width = pen.measureText(text).width + 2 * PAD;
  const left = Math.max(0, Math.min(at.left - 1, room.width - width));
  const top = at.top >= TAG ? at.top - TAG : Math.min(at.top, room.height - TAG);
  pen.fillStyle = colour;
  pen.fillRect(left, top, width, TAG);
  pen.fillStyle = "#0b0d0f";
  pen.fillText(text, left + PAD, top + TAG / 2 + 0.5);
}

/** Draws the boxes of a frame anew; `ratio` is the screen's pixels for one of the page's. */
export function paint(
  canvas: HTMLCanvasElement,
  boxes: readonly SeenBox[],
  frame: Size,
  place: Size,
  ratio: number,
): void {
  canvas.width = Math.round(place.width * ratio);
  canvas.height = Math.round(place.height * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = FONT;
  pen.textBaseline = "middle";
  const drawn = boxes.map((box) => ({ box, at: placed(box, frame, place), colour: colourOf(box.name) }));
  for (const { at, colour } of drawn) {
    // Seen on bright and on dark pictures: a dark line below the coloured one.
    for (const [width, style] of [
      [4, "rgb(0 0 0 / 55%)"],
      [2, colour],
    ] as const) {
      pen.lineWidth = width;
      pen.strokeStyle = style;
      pen.strokeRect(at.left, at.top, at.width, at.height);
    }
  }
  for (const { box, at, colour } of drawn) tag(pen, labelOf(box), at, colour, place);
}
