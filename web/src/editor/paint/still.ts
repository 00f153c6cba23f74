/** All shapes at rest, class by class. */
import { boundsOf } from "../geometry";
import type { Box, Camera, EditorClass, EditorObject, Settings } from "../types";
import { drawBitmap, type MaskBitmaps } from "./masks";
import { HALO, paintMarks } from "./marks";
import { trace } from "./trace";

export interface StillScene {
  readonly objects: readonly EditorObject[];
  readonly ghosts: readonly EditorObject[];
  readonly ghostInFocus: string | null;
  readonly camera: Camera;
  readonly settings: Settings;
  classOf(id: number): EditorClass | undefined;
}

export const UNKNOWN: EditorClass = { id: 0, name: "unknown", colour: "#9aa4ae", number: 0, dash: "2 3" };
/** Objects smaller than this, in CSS pixels, are dots. */
const DOT_PX = 3;
/** A chip has room in an object of this size, in CSS pixels. */
const CHIP_PX = { width: 26, height: 18 };
/** More chips than this cannot be read. */
const CHIPS = 400;
/** From more objects than this on, some detail is left away. */
const MANY = 500;
/** With more objects than this, areas would hide the picture. */
const FILLED = 1_500;
const LINE_PX = 2;
const GHOST_DASH = [3, 4];

export const dashOf = (dash: string): number[] => (dash === "none" ? [] : dash.split(/[ ,]+/).map(Number));

export function paintStill(context: CanvasRenderingContext2D, scene: StillScene, masks: MaskBitmaps): void {
  paintMasks(context, scene, masks);
  const groups = byClass(scene.objects);
  for (const [id, objects] of groups) paintClass(context, scene, scene.classOf(id) ?? UNKNOWN, objects);
  paintGhosts(context, scene, masks);
  if (!scene.settings.hideLabels) paintChips(context, scene);
}

function byClass(objects: readonly EditorObject[]): Map<number, EditorObject[]> {
  const groups = new Map<number, EditorObject[]>();
  for (const object of objects) {
    if (object.kind === "mask") continue;
    const group = groups.get(object.class_id);
    if (group) group.push(object);
    else groups.set(object.class_id, [object]);
  }
  return groups;
}

function paintClass(
  context: CanvasRenderingContext2D,
  scene: StillScene,
  look: EditorClass,
  objects: readonly EditorObject[],
): void {
  const { camera } = scene;
  const detail = detailOf(scene);
  if (detail.halo) paintHalo(context, objects, camera, detail.line);
  context.strokeStyle = look.colour;
  context.fillStyle = look.colour;
  context.lineWidth = detail.line;
  const dash = dashOf(look.dash);
  // The dash is set as rarely as can be: first those without it, then the others.
  const [plain, broken]: [EditorObject[], EditorObject[]] = [[], []];
  for (const object of objects) {
    if (isSmaller(object, camera, DOT_PX)) paintDot(context, object, camera);
    else if (dash.length && !isSmaller(object, camera, detail.dashFrom)) broken.push(object);
    else plain.push(object);
  }
  for (const object of plain) paintObject(context, object, camera, look, detail);
  if (!broken.length) return;
  context.setLineDash(dash);
  for (const object of broken) paintObject(context, object, camera, look, detail);
  context.setLineDash([]);
}

interface Detail {
  readonly halo: boolean;
  readonly fill: number;
  /** CSS pixels. */
  readonly line: number;
  /** Points of a line nearer than this are one, in CSS pixels. */
  readonly apart: number;
  /** Smaller objects have an unbroken line, in CSS pixels. */
  readonly dashFrom: number;
}

/** Where many objects are seen at once, what cannot be made out is left away. */
function detailOf({ objects, settings }: StillScene): Detail {
  const many = objects.length > MANY;
  // A line of one pixel takes a fifth of the time of a thicker one.
  return many
    ? { halo: false, fill: objects.length > FILLED ? 0 : settings.fill, line: 1, apart: 2, dashFrom: 32 }
    : { halo: true, fill: settings.fill, line: LINE_PX, apart: 0.8, dashFrom: 0 };
}

function paintObject(
  context: CanvasRenderingContext2D,
  object: EditorObject,
  camera: Camera,
  look: EditorClass,
  detail: Detail,
): void {
  switch (object.kind) {
    case "box":
      paintBox(context, object.geometry, camera, detail.fill);
      return;
    case "point":
    case "keypoints":
      context.save();
      paintMarks(context, object, camera, look, detail.line);
      context.restore();
      return;
    case "obb":
    case "polygon":
      context.beginPath();
      trace(context, object, camera, detail.apart);
      if (detail.fill > 0) {
        context.globalAlpha = detail.fill;
        context.fill("evenodd");
        context.globalAlpha = 1;
      }
      context.stroke();
  }
}

/** A dark line beneath the class's own, so that it is seen on every picture. */
function paintHalo(context: CanvasRenderingContext2D, objects: readonly EditorObject[], camera: Camera, line: number) {
  context.strokeStyle = HALO;
  context.globalAlpha = 0.6;
  context.lineWidth = line + 2;
  for (const object of objects) {
    if (object.kind === "box") paintBox(context, object.geometry, camera, 0);
    if (object.kind !== "obb" && object.kind !== "polygon") continue;
    context.beginPath();
    trace(context, object, camera);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** A rectangle of its own takes a tenth of the time that it takes as a part of a path. */
function paintBox(
  context: CanvasRenderingContext2D,
  [x1, y1, x2, y2]: Box,
  { origin, zoom }: Camera,
  fill: number,
): void {
  const [x, y, width, height] = [origin.x + x1 * zoom, origin.y + y1 * zoom, (x2 - x1) * zoom, (y2 - y1) * zoom];
  if (fill > 0) {
    context.globalAlpha = fill;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
  }
  context.strokeRect(x, y, width, height);
}

function isSmaller(object: EditorObject, camera: Camera, px: number): boolean {
  if (object.kind === "point") return false;
  const [x1, y1, x2, y2] = boundsOf(object);
  return Math.max(x2 - x1, y2 - y1) * camera.zoom < px;
}

function paintDot(context: CanvasRenderingContext2D, object: EditorObject, { origin, zoom }: Camera): void {
  const [x1, y1] = boundsOf(object);
  context.fillRect(origin.x + x1 * zoom, origin.y + y1 * zoom, DOT_PX, DOT_PX);
}

function paintMasks(context: CanvasRenderingContext2D, scene: StillScene, masks: MaskBitmaps): void {
  for (const object of scene.objects) {
    if (object.kind !== "mask") continue;
    const { colour, dash } = scene.classOf(object.class_id) ?? UNKNOWN;
    const bitmap = masks.of(object.geometry, { colour, fill: scene.settings.fill, dashed: dash !== "none" });
    if (bitmap) drawBitmap(context, bitmap, scene.camera);
  }
}

/** Suggestions: thin, broken, with their score. */
function paintGhosts(context: CanvasRenderingContext2D, scene: StillScene, masks: MaskBitmaps): void {
  context.save();
  context.globalAlpha = 0.8;
  context.setLineDash(GHOST_DASH);
  for (const ghost of scene.ghosts) {
    const look = scene.classOf(ghost.class_id) ?? UNKNOWN;
    if (ghost.kind === "mask") {
      const bitmap = masks.of(ghost.geometry, { colour: look.colour, fill: scene.settings.fill, dashed: true });
      if (bitmap) drawBitmap(context, bitmap, scene.camera);
      continue;
    }
    context.strokeStyle = look.colour;
    context.lineWidth = ghost.uid === scene.ghostInFocus ? 3 : 1;
    if (ghost.kind === "point" || ghost.kind === "keypoints") {
      paintMarks(context, ghost, scene.camera, look, 1);
      context.setLineDash(GHOST_DASH);
      continue;
    }
    context.beginPath();
    trace(context, ghost, scene.camera);
    context.stroke();
  }
  context.restore();
}

function paintChips(context: CanvasRenderingContext2D, scene: StillScene): void {
  const roomy = scene.objects.filter((object) => hasRoom(object, scene.camera));
  context.font = "600 11px Inter, system-ui, sans-serif";
  context.textBaseline = "middle";
  for (const object of roomy.length > CHIPS ? [] : roomy) {
    paintChip(context, object, scene.camera, scene.classOf(object.class_id) ?? UNKNOWN, false);
  }
  for (const ghost of scene.ghosts) {
    if (hasRoom(ghost, scene.camera))
      paintChip(context, ghost, scene.camera, scene.classOf(ghost.class_id) ?? UNKNOWN, false);
  }
}

/** Whether the still canvas shows an object's chip within it. */
export function hasRoom(object: EditorObject, camera: Camera): boolean {
  const [x1, y1, x2, y2] = boundsOf(object);
  return (x2 - x1) * camera.zoom >= CHIP_PX.width && (y2 - y1) * camera.zoom >= CHIP_PX.height;
}

/** The class's number, with its name where it is selected, and the score where there is one. */
export function paintChip(
  context: CanvasRenderingContext2D,
  object: EditorObject,
  camera: Camera,
  look: EditorClass,
  named: boolean,
): void {
  const score = object.score === null ? "" : ` ${object.score.toFixed(2).replace(/^0/, "")}`;
  const text = `${look.number || "?"}${named ? ` ${look.name}` : ""}${score}`;
  const [x1, y1] = boundsOf(object);
  const x = Math.round(camera.origin.x + x1 * camera.zoom) + 1;
  const y = Math.round(camera.origin.y + y1 * camera.zoom) + 1;
  const width = context.measureText(text).width + 8;
  context.fillStyle = look.colour;
  context.fillRect(x, y, width, 15);
  context.fillStyle = inkOn(look.colour);
  context.fillText(text, x + 4, y + 8);
}

/** Black or white, whichever reads better on a colour (WCAG's relative luminance). */
export function inkOn(colour: string): string {
  const value = Number.parseInt(colour.slice(1), 16);
  const [red, green, blue] = [value >> 16, (value >> 8) & 255, value & 255].map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0) > 0.179 ? "#000000" : "#ffffff";
}

/** Lines at every so many pixels of the picture, where they are far enough apart. */
export function paintGrid(
  context: CanvasRenderingContext2D,
  grid: number,
  camera: Camera,
  size: { width: number; height: number },
): void {
  if (grid <= 0 || grid * camera.zoom < 6) return;
  const { origin, zoom } = camera;
  context.strokeStyle = "rgb(140 150 160 / 45%)";
  context.lineWidth = 1;
  context.setLineDash([]);
  context.beginPath();
  for (let x = 0; x <= size.width; x += grid) {
    const at = Math.round(origin.x + x * zoom) + 0.5;
    context.moveTo(at, origin.y);
    context.lineTo(at, origin.y + size.height * zoom);
  }
  for (let y = 0; y <= size.height; y += grid) {
    const at = Math.round(origin.y + y * zoom) + 0.5;
    context.moveTo(origin.x, at);
    context.lineTo(origin.x + size.width * zoom, at);
  }
  context.stroke();
}
