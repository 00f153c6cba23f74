/** Where a picture lies in its frame on the page, and where in it a box is drawn. */
import type { SeenBox } from "./messages";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place extends Size {
  readonly left: number;
  readonly top: number;
}

/** The largest place of a picture's shape in a room, in the middle: what `object-fit: contain` does. */
export function contained(picture: Size, room: Size): Place {
  if (picture.width <= 0 || picture.height <= 0 || room.width <= 0 || room.height <= 0) {
    return { left: 0, top: 0, width: 0, height: 0 };
  }
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: (room.width - width) / 2, top: (room.height - height) / 2, width, height };
}

/** A box in pixels of its frame, as pixels of the place. */
export function placed({ box: [x1, y1, x2, y2] }: SeenBox, frame: Size, place: Size): Place {
  const [x, y] = [place.width / Math.max(1, frame.width), place.height / Math.max(1, frame.height)];
  return { left: x1 * x, top: y1 * y, width: (x2 - x1) * x, height: (y2 - y1) * y };
}

/** Colours that are told apart on any picture, by people who see few colours too; the name is written besides. */
const COLOURS = ["#56b4e9", "#e69f00", "#35c99a", "#f0e442", "#ff7f50", "#d98fc5", "#9db8ff", "#ffffff"];

/** The colour of a class: the same name has the same one, in every frame and session. */
export function colourOf(name: string): string {
  let hash = 7;
  for (const sign of name) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return COLOURS[hash % COLOURS.length] ?? "#ffffff";
}
