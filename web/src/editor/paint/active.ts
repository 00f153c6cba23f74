/** What is selected or being drawn: thick outlines, handles, guides, the keyboard's cursor. */
import { boundsOf, grow } from "../geometry";
import { handlesOf, type Handle } from "../handles";
import { moved } from "../transform";
import type { Draft } from "../tools/tool";
import type { Camera, EditorClass, EditorObject, ImagePoint, Settings, Shape, Size } from "../types";
import { drawBitmap, type LiveMask, type MaskBitmaps } from "./masks";
import { HALO, paintMarks } from "./marks";
import { dashOf, hasRoom, paintChip, UNKNOWN } from "./still";
import { trace, traceDot, traceLine } from "./trace";

export interface ActiveScene {
  readonly camera: Camera;
  readonly stage: Size;
  readonly settings: Settings;
  readonly selection: readonly EditorObject[];
  readonly draft: Draft;
  readonly draftClass: number;
  /** An assist's live answer. */
  readonly preview: Shape | null;
  /** Where the lines of the cross meet, while something can be drawn. */
  readonly guide: ImagePoint | null;
  readonly cursor: ImagePoint | null;
  /** The handle that the keyboard moves. */
  readonly handle: string | null;
  /** Whether handles are shown. */
  readonly handles: boolean;
  readonly brush: boolean;
  classOf(id: number): EditorClass | undefined;
}

const MARK = "#ffffff";
const HANDLE_PX = 4;
const SELECTED_PX = 2.5;
/** More selected objects than this are marked by their bounds alone. */
const MANY = 300;

export function paintActive(
  context: CanvasRenderingContext2D,
  scene: ActiveScene,
  masks: MaskBitmaps,
  live: LiveMask,
): void {
  const hidden = new Set(scene.draft.hides);
  const resting = scene.selection.filter((object) => !object.hidden && !hidden.has(object.uid));
  // The still canvas shows the pixels of a mask already; twice would hide the picture.
  for (const object of resting) if (object.kind === "mask") frameOf(context, scene.camera, boundsOf(object));
  const lined = resting.filter((object) => object.kind !== "mask");
  paintShapes(context, scene, lined, masks);
  paintMoving(context, scene, masks);
  for (const { shape, classId } of scene.draft.shapes) {
    paintShape(context, scene, shape, classId ?? scene.draftClass, masks);
  }
  paintPixels(context, scene, live);
  if (scene.preview) paintPreview(context, scene, scene.preview, masks);
  const [only] = resting;
  if (only && resting.length === 1) paintName(context, scene, only);
  if (scene.handles && !hidden.size) paintHandles(context, scene, handlesOf(resting, scene.camera.zoom));
  paintLine(context, scene);
  paintMarquee(context, scene);
  paintGuides(context, scene);
}

/** Many at once get one line each, so that moving all of them keeps pace with the hand. */
function paintShapes(
  context: CanvasRenderingContext2D,
  scene: ActiveScene,
  objects: readonly EditorObject[],
  masks: MaskBitmaps,
): void {
  if (objects.length <= MANY) {
    for (const object of objects) paintShape(context, scene, object, object.class_id, masks);
    return;
  }
  const { origin, zoom } = scene.camera;
  context.lineWidth = 1;
  context.strokeStyle = MARK;
  for (const object of objects) {
    const [x1, y1, x2, y2] = boundsOf(object);
    const [x, y, width, height] = [origin.x + x1 * zoom, origin.y + y1 * zoom, (x2 - x1) * zoom, (y2 - y1) * zoom];
    if (x > scene.stage.width || y > scene.stage.height || x + width < 0 || y + height < 0) continue;
    context.strokeRect(x, y, width, height);
  }
}

function paintShape(
  context: CanvasRenderingContext2D,
  scene: ActiveScene,
  shape: Shape,
  classId: number,
  masks: MaskBitmaps,
): void {
  const look = scene.classOf(classId) ?? UNKNOWN;
  if (shape.kind === "mask") {
    paintMask(context, scene, shape, look, masks);
    return;
  }
  if (shape.kind === "point" || shape.kind === "keypoints") {
    paintMarks(context, shape, scene.camera, look, SELECTED_PX);
    if (shape.kind === "point") frameOf(context, scene.camera, grow(boundsOf(shape), 6 / scene.camera.zoom));
    return;
  }
  context.beginPath();
  trace(context, shape, scene.camera);
  context.globalAlpha = scene.settings.fill;
  context.fillStyle = look.colour;
  context.fill("evenodd");
  context.globalAlpha = 1;
  outline(context, look);
}

/** A dark line under a bright one, so that it is seen on every picture. */
function outline(context: CanvasRenderingContext2D, look: EditorClass): void {
  context.setLineDash([]);
  context.lineWidth = SELECTED_PX + 2;
  context.strokeStyle = HALO;
  context.stroke();
  context.setLineDash(dashOf(look.dash));
  context.lineWidth = SELECTED_PX;
  context.strokeStyle = look.colour;
  context.stroke();
  context.setLineDash([]);
}

function paintMask(
  context: CanvasRenderingContext2D,
  scene: ActiveScene,
  shape: Extract<Shape, { kind: "mask" }>,
  look: EditorClass,
  masks: MaskBitmaps,
): void {
  const fill = scene.settings.fill;
  const bitmap = masks.of(shape.geometry, { colour: look.colour, fill, dashed: look.dash !== "none" });
  if (!bitmap) return;
  drawBitmap(context, bitmap, scene.camera);
  frameOf(context, scene.camera, boundsOf(shape));
}

/** A thin frame about something that has no outline of its own. */
function frameOf(context: CanvasRenderingContext2D, camera: Camera, box: readonly [number, number, number, number]) {
  const { origin, zoom } = camera;
  const [x, y] = [Math.round(origin.x + box[0] * zoom) - 2.5, Math.round(origin.y + box[1] * zoom) - 2.5];
  const [width, height] = [Math.round((box[2] - box[0]) * zoom) + 5, Math.round((box[3] - box[1]) * zoom) + 5];
  for (const [style, dash] of [
    [HALO, []],
    [MARK, [4, 4]],
  ] as const) {
    context.setLineDash([...dash]);
    context.lineWidth = 1;
    context.strokeStyle = style;
    context.strokeRect(x, y, width, height);
  }
  context.setLineDash([]);
}

function paintPixels(context: CanvasRenderingContext2D, scene: ActiveScene, live: LiveMask): void {
  const { pixels } = scene.draft;
  if (!pixels) return;
  const { colour, dash } = scene.classOf(pixels.classId ?? scene.draftClass) ?? UNKNOWN;
  const bitmap = live.of(pixels, { colour, fill: scene.settings.fill, dashed: dash !== "none" });
  if (bitmap) drawBitmap(context, bitmap, scene.camera);
}

function paintMoving(context: CanvasRenderingContext2D, scene: ActiveScene, masks: MaskBitmaps): void {
  const { moving } = scene.draft;
  if (!moving) return;
  const { camera } = scene;
  const { origin, zoom } = camera;
  const [dx, dy] = [moving.dx * zoom, moving.dy * zoom];
  const shifted = { zoom, origin: { ...origin, x: origin.x + dx, y: origin.y + dy } };
  paintShapes(context, { ...scene, camera: shifted }, moving.objects, masks);
  const [only] = moving.objects;
  if (only && moving.objects.length === 1 && only.kind !== "mask") {
    const there = { ...only, ...moved(only, moving.dx, moving.dy) };
    paintHandles(context, scene, handlesOf([there], zoom));
  }
}

function paintPreview(context: CanvasRenderingContext2D, scene: ActiveScene, shape: Shape, masks: MaskBitmaps): void {
  context.globalAlpha = 0.9;
  paintShape(context, { ...scene, settings: { ...scene.settings, fill: 0.35 } }, shape, scene.draftClass, masks);
  context.globalAlpha = 1;
}

/** With its name the chip lies over the one that the still canvas shows; above what has no room for one. */
function paintName(context: CanvasRenderingContext2D, scene: ActiveScene, object: EditorObject): void {
  if (scene.settings.hideLabels) return;
  context.font = "600 11px Inter, system-ui, sans-serif";
  context.textBaseline = "middle";
  const { zoom, origin } = scene.camera;
  const camera = hasRoom(object, scene.camera) ? scene.camera : { zoom, origin: { ...origin, y: origin.y - 20 } };
  paintChip(context, object, camera, scene.classOf(object.class_id) ?? UNKNOWN, true);
}

function paintHandles(context: CanvasRenderingContext2D, scene: ActiveScene, handles: readonly Handle[]): void {
  const { camera } = scene;
  const { origin, zoom } = camera;
  context.lineWidth = 1;
  context.strokeStyle = HALO;
  context.fillStyle = MARK;
  context.beginPath();
  for (const { x, y, look } of handles) {
    if (look === "ring") continue;
    const [cx, cy] = [origin.x + x * zoom, origin.y + y * zoom];
    if (cx < -8 || cy < -8 || cx > scene.stage.width + 8 || cy > scene.stage.height + 8) continue;
    const r = look === "small" ? HANDLE_PX - 2 : HANDLE_PX;
    if (look === "round") traceDot(context, x, y, camera, HANDLE_PX + 1);
    else context.rect(Math.round(cx) - r, Math.round(cy) - r, 2 * r, 2 * r);
  }
  context.fill();
  context.stroke();
  paintRings(context, handles, camera);
  const chosen = handles.find(({ id }) => id === scene.handle);
  if (!chosen) return;
  context.beginPath();
  traceDot(context, chosen.x, chosen.y, camera, HANDLE_PX + 4);
  context.lineWidth = 2;
  context.strokeStyle = "#5aa9ff";
  context.stroke();
}

function paintRings(context: CanvasRenderingContext2D, handles: readonly Handle[], camera: Camera): void {
  context.beginPath();
  for (const { x, y, look } of handles) if (look === "ring") traceDot(context, x, y, camera, HANDLE_PX + 4);
  for (const [style, width] of [
    [HALO, 3.5],
    [MARK, 1.5],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
}

function paintLine(context: CanvasRenderingContext2D, scene: ActiveScene): void {
  const { line, dots } = scene.draft;
  if (line.length) {
    context.beginPath();
    traceLine(context, line, scene.camera, false);
    outline(context, scene.classOf(scene.draftClass) ?? UNKNOWN);
  }
  if (!dots.length) return;
  context.beginPath();
  for (let i = 0; i + 1 < dots.length; i += 2)
    traceDot(context, dots[i] ?? 0, dots[i + 1] ?? 0, scene.camera, HANDLE_PX);
  context.fillStyle = MARK;
  context.strokeStyle = HALO;
  context.lineWidth = 1;
  context.fill();
  context.stroke();
}

function paintMarquee(context: CanvasRenderingContext2D, scene: ActiveScene): void {
  const box = scene.draft.marquee;
  if (!box) return;
  const { origin, zoom } = scene.camera;
  context.fillStyle = "rgb(90 169 255 / 14%)";
  context.fillRect(
    origin.x + box[0] * zoom,
    origin.y + box[1] * zoom,
    (box[2] - box[0]) * zoom,
    (box[3] - box[1]) * zoom,
  );
  frameOf(context, scene.camera, box);
}

function paintGuides(context: CanvasRenderingContext2D, scene: ActiveScene): void {
  const { guide, cursor, camera, stage } = scene;
  const { origin, zoom } = camera;
  if (scene.brush && (cursor ?? guide)) {
    const at = cursor ?? guide;
    context.beginPath();
    traceDot(context, at?.x ?? 0, at?.y ?? 0, camera, Math.max(1, (scene.settings.brush / 2) * zoom));
    outline(context, { ...UNKNOWN, dash: scene.settings.erase ? "3 3" : "none", colour: MARK });
  } else if (guide && !cursor) cross(context, origin.x + guide.x * zoom, origin.y + guide.y * zoom, stage, 1);
  const at = cursor ?? guide;
  if (scene.draft.note && at) paintNote(context, scene.draft.note, origin.x + at.x * zoom, origin.y + at.y * zoom);
  if (cursor) cross(context, origin.x + cursor.x * zoom, origin.y + cursor.y * zoom, stage, 2);
}

/** A word to the right of the pointer. */
function paintNote(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.font = "600 12px Inter, system-ui, sans-serif";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 12;
  context.fillStyle = "rgb(17 20 23 / 85%)";
  context.fillRect(x + 14, y + 10, width, 20);
  context.fillStyle = MARK;
  context.fillText(text, x + 20, y + 20);
}

/** Two lines through a place, over the whole stage; crisp on whole pixels. */
function cross(context: CanvasRenderingContext2D, x: number, y: number, stage: Size, width: number): void {
  const [cx, cy] = [Math.round(x) + 0.5, Math.round(y) + 0.5];
  for (const [style, dash] of [
    [HALO, []],
    [MARK, [5, 5]],
  ] as const) {
    context.beginPath();
    context.moveTo(cx, 0);
    context.lineTo(cx, stage.height);
    context.moveTo(0, cy);
    context.lineTo(stage.width, cy);
    context.setLineDash([...dash]);
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
  context.setLineDash([]);
}
