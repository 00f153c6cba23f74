/** The hand at work: which tool it holds, what it has hold of, where the keyboard's cursor is. */
import { placeWords, stepOf } from "./actions";
import { fitBox, LOWEST, pan, reveal, toImage, toScreen, wheelFactor, zoomAt, zoomBySteps } from "./camera";
import { boundsOfAll, imagePoint, screenPoint } from "./geometry";
import { handlesOf, handleWords, nextHandle } from "./handles";
import type { EditorAction } from "./keys";
import type { Model } from "./model";
import { planOf } from "./perform";
import type { Running } from "./running";
import type { Stage } from "./stage";
import { startTool } from "./tools/table";
import { inside, type Draft, type Input } from "./tools/tool";
import type {
  Camera,
  Changed,
  EditorObject,
  ImagePoint,
  PointerInput,
  ScreenPoint,
  Settings,
  ToolName,
  WheelInput,
} from "./types";

/** Copied objects outlive the picture that they were copied from. */
interface Clipboard {
  readonly image: number;
  readonly objects: readonly EditorObject[];
}
type Grip = { readonly kind: "pan"; readonly x: number; readonly y: number } | { readonly kind: "tool" };
type Nudge = Extract<EditorAction, { kind: "nudge" | "grow" }>;

const RINGS: readonly Settings["ring"][] = ["new", "hole", "part"];
const RING_WORDS = {
  new: "The next ring is an object",
  hole: "The next ring is a hole in the selected object",
  part: "The next ring is a part of the selected object",
};
const SMALLEST_BRUSH = 1;
const LARGEST_BRUSH = 1_000;

export class Hand {
  tool: ToolName = "select";
  /** While the key is down the pointer moves the picture. */
  isPanning = false;
  pointerAt: ImagePoint | null = null;
  cursor: ImagePoint | null = null;
  handle: string | null = null;
  private running: Running = startTool("select");
  /** A gesture with Ctrl selects, whatever the tool is. */
  private borrowed: Running | null = null;
  private grip: Grip | null = null;
  private clipboard: Clipboard = { image: 0, objects: [] };

  constructor(
    private readonly model: Model,
    private readonly stage: Stage,
    private readonly changed: (what: Changed) => void,
    private readonly setSettings: (settings: Partial<Settings>) => void,
  ) {}

  get isSelecting(): boolean {
    return this.tool === "select" || this.borrowed !== null;
  }

  progress() {
    return this.running.progress();
  }

  draft(): Draft {
    return (this.borrowed ?? this.running).draft(this.model.context(this.stage.camera.zoom));
  }

  /** The CSS cursor. */
  look(draft: Draft): string {
    if (this.grip?.kind === "pan") return "grabbing";
    return this.isPanning ? "grab" : draft.cursor;
  }

  take(tool: ToolName): void {
    if (this.running.progress()) this.send({ kind: "cancel" });
    this.tool = tool;
    this.running = startTool(tool);
    this.handle = null;
    this.changed("tool");
  }

  /** Lets go of everything, for another picture. */
  reset(): void {
    this.running = startTool(this.tool);
    this.borrowed = null;
    this.grip = null;
    this.cursor = null;
    this.handle = null;
  }

  copy(): readonly EditorObject[] {
    const objects = this.model.selection;
    if (objects.length) this.clipboard = { image: this.model.image, objects };
    return this.clipboard.objects;
  }

  // Pointer and wheel

  pointer(e: PointerInput): boolean {
    if (e.type === "leave") {
      this.pointerAt = null;
      this.stage.touch();
      return true;
    }
    if (e.type === "down" && (e.button === 1 || (e.button === 0 && this.isPanning))) {
      this.grip = { kind: "pan", x: e.x, y: e.y };
      this.stage.touch();
      return true;
    }
    if (this.grip?.kind === "pan") return this.panned(e, this.grip);
    if (e.type === "down" && e.button !== 0) return false;
    this.pointerAt = toImage(this.stage.camera, screenPoint(e.x, e.y));
    if (this.cursor) this.setCursor(null);
    if (e.type === "down") this.grip = { kind: "tool" };
    else if (e.type !== "move") this.grip = null;
    this.pressed(e.type, e, this.pointerAt);
    return true;
  }

  private panned(e: PointerInput, grip: { x: number; y: number }): boolean {
    if (e.type === "move") {
      this.lookAt(pan(this.stage.camera, e.x - grip.x, e.y - grip.y));
      this.grip = { kind: "pan", x: e.x, y: e.y };
    } else if (e.type !== "down") this.grip = null;
    this.stage.touch();
    return true;
  }

  private pressed(type: "down" | "move" | "up" | "cancel", e: PointerInput, p: ImagePoint): void {
    if (type === "cancel") {
      this.send({ kind: "cancel" });
      return;
    }
    if (type === "down" && e.ctrl && this.tool !== "select" && !this.running.progress()) {
      this.borrowed = startTool("select");
    }
    const { shift, ctrl, alt, clicks, pressure = 0.5 } = e;
    this.send({ kind: type, p, shift, ctrl, alt, clicks, pressure });
    if (type === "up") this.borrowed = null;
  }

  wheel(e: WheelInput): boolean {
    const { camera } = this.stage;
    if (e.shift) this.lookAt(pan(camera, -(e.deltaX || e.deltaY), 0));
    else if (e.alt && this.tool === "brush") this.brushBy(e.deltaY < 0 ? 1 : -1);
    // A pinch on a trackpad comes as small steps with Ctrl.
    else this.lookAt(zoomAt(camera, screenPoint(e.x, e.y), wheelFactor(e.deltaY * (e.ctrl ? 4 : 1)), LOWEST));
    return true;
  }

  /** Two fingers: what was under their middle stays under it. Ends what one finger had begun. */
  pinch(from: ScreenPoint, to: ScreenPoint, factor: number): void {
    if (this.grip) {
      this.grip = null;
      this.send({ kind: "cancel" });
    }
    this.pointerAt = null;
    const panned = pan(this.stage.camera, to.x - from.x, to.y - from.y);
    this.lookAt(zoomAt(panned, to, factor, LOWEST));
  }

  // Actions

  /** Returns whether there was anything to do. */
  act(action: EditorAction): boolean {
    const drawing = this.running.progress() !== null;
    switch (action.kind) {
      case "tool":
        this.take(action.name);
        return true;
      case "undo":
        return this.model.undo();
      case "redo":
        return this.model.redo();
      case "cancel":
        return this.cancelled(drawing);
      case "delete":
        return drawing ? this.send({ kind: "back" }) : this.planned(action);
      case "back":
        return drawing && this.send({ kind: "back" });
      case "finish":
        return drawing && this.send({ kind: "finish" });
      case "skipPoint":
        return drawing && this.send({ kind: "skip" });
      case "press":
        return this.pressKey(action.shift ?? false);
      case "nudge":
        return this.tool === "select" ? this.planned(action) : this.moveCursor(action);
      case "nextHandle":
        return this.chooseHandle(1);
      case "previousHandle":
        return this.chooseHandle(-1);
      case "copy":
        return this.copy().length > 0;
      case "cut":
        this.copy();
        return this.planned(action);
      default:
        return this.view(action) || this.planned(action);
    }
  }

  /** What concerns the view and the brush. */
  private view(action: EditorAction): boolean {
    switch (action.kind) {
      case "zoomIn":
        return this.zoomBy(1);
      case "zoomOut":
        return this.zoomBy(-1);
      case "fit":
        this.stage.fit();
        this.changed("camera");
        return true;
      case "fitSelection": {
        const chosen = this.model.selection;
        if (chosen.length) this.lookAt(fitBox(this.stage.size, boundsOfAll(chosen)));
        return chosen.length > 0;
      }
      case "larger":
        return this.brushBy(1);
      case "smaller":
        return this.brushBy(-1);
      case "erase":
        this.setSettings({ erase: !this.model.settings.erase });
        return true;
      case "ring": {
        const ring = RINGS[(RINGS.indexOf(this.model.settings.ring) + 1) % RINGS.length] ?? "new";
        this.setSettings({ ring });
        this.model.say(RING_WORDS[ring]);
        return true;
      }
      default:
        return false;
    }
  }

  zoomBy(steps: number, at?: ScreenPoint): boolean {
    const { width, height } = this.stage.size;
    this.lookAt(zoomBySteps(this.stage.camera, at ?? screenPoint(width / 2, height / 2), steps));
    return true;
  }

  lookAt(camera: Camera): void {
    this.stage.look(camera);
    this.changed("camera");
  }

  private planned(action: EditorAction): boolean {
    const { scene } = this.model;
    const effects = planOf(action, {
      context: this.model.context(this.stage.camera.zoom),
      objects: scene.objects,
      newest: scene.newest(),
      handle: this.handle,
      clipboard: this.clipboard.objects,
      samePicture: this.clipboard.image === this.model.image,
    });
    if (effects) this.model.carryOut(effects);
    return effects !== null;
  }

  private send(input: Input): boolean {
    const tool = this.borrowed ?? this.running;
    const before = tool.progress();
    this.model.carryOut(tool.send(input, this.model.context(this.stage.camera.zoom)));
    const after = tool.progress();
    if (before?.points !== after?.points || before?.what !== after?.what) this.changed("draft");
    this.stage.touch();
    return true;
  }

  private cancelled(drawing: boolean): boolean {
    if (drawing) return this.send({ kind: "cancel" });
    if (this.cursor) this.setCursor(null);
    else if (this.handle) this.handle = null;
    else if (this.model.selection.length) this.model.select([]);
    else return false;
    this.changed("draft");
    return true;
  }

  private brushBy(steps: 1 | -1): boolean {
    const { brush } = this.model.settings;
    const next = Math.round(brush * 1.2 ** steps);
    const size = next === brush ? brush + steps : next;
    this.setSettings({ brush: Math.max(SMALLEST_BRUSH, Math.min(LARGEST_BRUSH, size)) });
    return true;
  }

  private chooseHandle(by: 1 | -1): boolean {
    const next = nextHandle(handlesOf(this.model.selection, this.stage.camera.zoom), this.handle, by);
    this.handle = next?.id ?? null;
    if (next) this.model.say(`${handleWords(next.id)} at ${placeWords(imagePoint(next.x, next.y))}`);
    else this.model.say("Nothing here has corners or points to move");
    return next !== null;
  }

  // The keyboard's cursor

  private moveCursor(way: Nudge): boolean {
    const { size, camera } = this.stage;
    const step = stepOf(way.far, camera.zoom);
    const start = this.cursor ?? this.pointerAt ?? toImage(camera, screenPoint(size.width / 2, size.height / 2));
    const next = imagePoint(Math.round(start.x + way.dx * step), Math.round(start.y + way.dy * step));
    this.setCursor(inside(next, this.model.size));
    return true;
  }

  private setCursor(p: ImagePoint | null): void {
    this.cursor = p;
    this.changed("draft");
    if (!p) return;
    this.lookAt(reveal(this.stage.camera, this.stage.size, toScreen(this.stage.camera, p)));
    this.model.say(placeWords(p));
    this.send({ kind: "move", ...still(p) });
  }

  /** A press of the main button where the cursor is. */
  private pressKey(shift: boolean): boolean {
    const p = this.cursor;
    if (!p) return false;
    this.send({ kind: "down", ...still(p), shift });
    return this.send({ kind: "up", ...still(p), shift });
  }
}

const still = (p: ImagePoint) => ({ p, shift: false, ctrl: false, alt: false, clicks: 1, pressure: 0.5 });
