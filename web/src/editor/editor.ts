/** The editor: pointer, wheel and keys in; commands out; two canvases painted. No framework, no server. */
import { fitBox, toImage, toScreen } from "./camera";
import { boundsOfAll, imagePoint, screenPoint } from "./geometry";
import { Hand } from "./hand";
import { DEFAULT_BINDINGS, nameOf, type Bindings, type EditorAction } from "./keys";
import { smallestAt } from "./hit";
import { Model, type Change } from "./model";
import { Stage } from "./stage";
import { REACH_PX } from "./tools/tool";
import type {
  Box,
  Camera,
  Changed,
  EditorClass,
  EditorObject,
  EditorView,
  ImagePoint,
  KeyInput,
  PointerInput,
  Ports,
  Settings,
  Shape,
  Size,
  ToolName,
  Traits,
  WheelInput,
} from "./types";

export class Editor {
  private readonly model: Model;
  private readonly stage: Stage;
  private readonly hand: Hand;
  private live: Shape | null = null;
  private bindings: Bindings = DEFAULT_BINDINGS;
  private away: ReadonlySet<string> = new Set();
  private seen: EditorView | null = null;

  constructor(private readonly ports: Ports) {
    const changed = (what: Changed) => this.changed(what);
    this.model = new Model(ports, { changed, repaint: (part) => this.stage.paint(part) });
    this.stage = new Stage(ports, {
      model: this.model,
      away: () => this.away,
      active: () => this.active(),
    });
    this.hand = new Hand(this.model, this.stage, changed, (settings) => this.setSettings(settings));
  }

  // What the page gives

  /** Opens a picture; its objects follow. Upright pixels. */
  setPicture(image: number, width: number, height: number): void {
    this.hand.reset();
    this.live = null;
    this.away = new Set();
    this.model.open(image, { width: Math.max(1, width), height: Math.max(1, height) });
    this.stage.fit();
    this.changed("camera");
  }
  setObjects(objects: readonly EditorObject[]): void {
    this.model.setObjects(objects);
  }
  setClasses(classes: readonly EditorClass[]): void {
    this.model.scene.setClasses(classes);
    this.stage.paint();
  }
  /** Suggestions, drawn beneath what counts; the one in focus stands out. */
  setGhosts(ghosts: readonly EditorObject[], focus: string | null = null): void {
    this.model.ghosts = ghosts;
    this.model.ghostInFocus = focus;
    this.stage.paint();
  }
  setSettings(settings: Partial<Settings>): void {
    this.model.settings = { ...this.model.settings, ...settings };
    this.stage.paint();
    this.changed("settings");
  }
  setBindings(bindings: Bindings): void {
    this.bindings = bindings;
  }
  /** The class that is drawn next. */
  setDraftClass(id: number): void {
    this.model.draftClass = id;
    this.stage.touch();
  }
  /** An assist's answer that is not an object yet; null takes it away. */
  preview(shape: Shape | null): void {
    this.live = shape;
    this.stage.touch();
  }
  /** The size of the canvases, CSS pixels, and device pixels for each of them. */
  resize(width: number, height: number, ratio = 1): void {
    this.stage.resize(width, height, ratio);
    this.changed("camera");
  }

  // What the page may read

  objects(): readonly EditorObject[] {
    return this.model.scene.objects;
  }
  object(uid: string): EditorObject | undefined {
    return this.model.scene.get(uid);
  }
  selection(): readonly string[] {
    return this.model.selection.map((object) => object.uid);
  }
  tool(): ToolName {
    return this.hand.tool;
  }
  get settings(): Settings {
    return this.model.settings;
  }
  get draftClass(): number {
    return this.model.draftClass;
  }
  get camera(): Camera {
    return this.stage.camera;
  }
  get size(): Size {
    return this.model.size;
  }
  /** Milliseconds of the main thread that the last frames took. */
  get frames(): readonly number[] {
    return this.stage.spent;
  }
  /** The suggestion under a place of the canvas, the smallest one; null when there is none. */
  ghostAt(p: { x: number; y: number }): EditorObject | null {
    const { x, y } = this.toImage(p);
    return smallestAt(this.model.ghosts, x, y, REACH_PX / this.stage.camera.zoom);
  }
  /** Where the pointer or the keyboard's cursor is, in pixels of the picture; null when it is elsewhere. */
  place(): ImagePoint | null {
    return this.hand.cursor ?? this.hand.pointerAt;
  }
  /** The same object until something has changed, as useSyncExternalStore wants it. */
  view(): EditorView {
    const { model, hand } = this;
    const progress = hand.progress();
    this.seen ??= {
      tool: hand.tool,
      drawing: progress?.what ?? null,
      points: progress?.points ?? 0,
      selection: this.selection(),
      cursor: hand.cursor,
      handle: hand.handle,
      zoom: this.stage.camera.zoom,
      canUndo: model.history.done.length > 0,
      canRedo: model.history.undone.length > 0,
      says: model.says,
    };
    return this.seen;
  }
  /** Where a place of the picture is on the canvas, in CSS pixels. */
  toScreen(p: { x: number; y: number }): { readonly x: number; readonly y: number } {
    return toScreen(this.stage.camera, imagePoint(p.x, p.y));
  }
  /** Which place of the picture lies under one of the canvas. */
  toImage(p: { x: number; y: number }): ImagePoint {
    return toImage(this.stage.camera, screenPoint(p.x, p.y));
  }

  // What the page may ask for

  setTool(name: ToolName, options: Partial<Settings> = {}): void {
    if (Object.keys(options).length) this.setSettings(options);
    this.hand.take(name);
  }
  select(uids: readonly string[]): void {
    this.model.select(uids);
  }
  /** Carries a change out, to be undone and saved like one that was drawn. */
  apply(change: Change): void {
    this.model.apply(change);
  }
  /** A new object of the class that is drawn next; it is nowhere until `apply` puts it. */
  make(shape: Shape): EditorObject {
    return this.model.make(shape);
  }
  /** Changes class, attributes, z, locked or hidden of objects, as one step. */
  patch(label: string, uids: readonly string[], patch: Partial<Omit<Traits, "uid">>): void {
    this.model.patch(label, uids, patch);
  }
  /** Gives the class to what is selected, and to what is drawn next. */
  classify(id: number): void {
    this.setDraftClass(id);
    const uids = this.model.selection.flatMap(({ uid, class_id, locked }) => (locked || class_id === id ? [] : [uid]));
    if (uids.length) this.model.patch("Change the class", uids, { class_id: id });
  }
  undo(): boolean {
    return this.model.undo();
  }
  redo(): boolean {
    return this.model.redo();
  }
  fit(): void {
    this.hand.act({ kind: "fit" });
  }
  /** Zooms by steps of a quarter about the middle of the canvas, or about a place on it. */
  zoomBy(steps: number, at?: { x: number; y: number }): void {
    this.hand.zoomBy(steps, at && screenPoint(at.x, at.y));
  }
  /** Shows a part of the picture, large. */
  show(box: Box): void {
    this.hand.lookAt(fitBox(this.stage.size, box));
  }
  /** Keeps what is selected to be pasted, here or into another picture; returns what is kept. */
  copy(): readonly EditorObject[] {
    return this.hand.copy();
  }

  // What comes in; each returns whether it was taken

  pointer(e: PointerInput): boolean {
    return this.hand.pointer(e);
  }
  wheel(e: WheelInput): boolean {
    return this.hand.wheel(e);
  }
  /** Two fingers moved: their middle, CSS pixels on the canvas, and how much further apart they are. */
  pinch(from: { x: number; y: number }, to: { x: number; y: number }, factor: number): void {
    this.hand.pinch(screenPoint(from.x, from.y), screenPoint(to.x, to.y), factor);
  }
  key(e: KeyInput): boolean {
    if (e.key === " " && !this.hand.cursor && !e.ctrl && !e.alt) {
      this.hand.isPanning = e.type === "down";
      this.stage.touch();
      return true;
    }
    const action = e.type === "down" ? this.bindings.get(nameOf(e)) : undefined;
    if (action?.kind === "press") return this.act({ ...action, shift: e.shift });
    return action ? this.act(action) : false;
  }
  /** Carries out what a key, a button or the palette asks for. */
  act(action: EditorAction): boolean {
    return this.hand.act(action);
  }

  // Inside

  private active() {
    const { hand, model } = this;
    const draft = hand.draft();
    this.setAway(draft.hides);
    this.ports.active.style.cursor = hand.look(draft);
    return {
      selection: model.selection,
      draft,
      draftClass: model.draftClass,
      preview: this.live,
      guide: hand.isSelecting ? null : hand.pointerAt,
      cursor: hand.cursor,
      handle: hand.handle,
      handles: hand.isSelecting,
      brush: hand.tool === "brush",
    };
  }

  /** Objects that are on their way are taken off the still canvas, and put back afterwards. */
  private setAway(uids: readonly string[]): void {
    if (uids.length === this.away.size && uids.every((uid) => this.away.has(uid))) return;
    const changed = [...uids, ...this.away].flatMap((uid) => this.model.scene.get(uid) ?? []);
    this.away = new Set(uids);
    if (changed.length) this.stage.paint(boundsOfAll(changed));
  }

  private changed(what: Changed): void {
    this.seen = null;
    if (what === "selection") this.hand.handle = null;
    if (what !== "camera") this.stage.touch();
    this.ports.onChange(what);
  }
}
