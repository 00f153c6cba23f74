import { Emitter } from "@/app/store";
import type { Documents } from "@/draw/documents";
import { newUid, type Change, type Document, type DrawnObject, type Review } from "@/draw/objects";
import type { DrawOutbox } from "@/draw/outbox";
import type { Changed, Command, Editor, EditorAction, Settings, ToolName } from "@/editor";
import type { ClassLook } from "@/label/look";
import type { DeskEvents, PartTool } from "./slots";

export interface DeskPorts {
  readonly outbox: Pick<DrawOutbox, "push">;
  readonly documents: Pick<Documents, "shown" | "peek">;
  /** Tools of the parts that have joined. */
  readonly joined: readonly PartTool[];
  /** Said in passing: to the eye, and to screen readers. */
  readonly say: (text: string, hint?: string) => void;
}

/** Tools of the page and what they are to the editor. */
const EDITOR_TOOLS: Readonly<Record<string, readonly [ToolName, Partial<Settings>]>> = {
  brush: ["brush", { erase: false }],
  eraser: ["brush", { erase: true }],
};
const PLAIN_TOOLS: readonly ToolName[] = ["select", "box", "obb", "polygon", "point", "keypoints", "cut"];

type Listeners = { readonly [K in keyof DeskEvents]: Emitter<DeskEvents[K]> };

/**
 * The Annotate page without its looks: one picture at a time, the class and the tool in hand, and what is drawn on its
 * way to the server. React reads it by `subscribe` and `snapshot`; parts (slots.ts) by `on`.
 */
export class Desk {
  /** Null until the canvas is there. */
  editor: Editor | null = null;
  /** The open picture; null while it is on its way. Its objects are those of its opening: `objects()` has them now. */
  document: Document | null = null;
  /** Ids of the pictures before and after the open one. */
  neighbours: { readonly previous: number | null; readonly next: number | null } = { previous: null, next: null };
  tool = "select";
  draftClass: number | null = null;
  classes: readonly ClassLook[] = [];
  private classesKnown = false;
  private revision = 0;
  private viewed = 0;
  private readonly watchers = new Set<() => void>();
  private readonly viewers = new Set<() => void>();
  private readonly listeners: Listeners = {
    drawn: new Emitter(),
    changed: new Emitter(),
    image: new Emitter(),
    left: new Emitter(),
    selection: new Emitter(),
    tool: new Emitter(),
    class: new Emitter(),
  };

  constructor(
    readonly project: string,
    private readonly ports: DeskPorts,
  ) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly snapshot = (): number => this.revision;

  /** Told of every move of the picture, too; for the few that show the zoom or lie over the canvas. */
  readonly watchView = (viewer: () => void): (() => void) => {
    this.viewers.add(viewer);
    return () => this.viewers.delete(viewer);
  };

  readonly view = (): number => this.viewed;

  on<K extends keyof DeskEvents>(kind: K, listener: (event: DeskEvents[K]) => void): () => void {
    return this.listeners[kind].on(listener);
  }

  /** Tells React that something is to be shown again. */
  touch(): void {
    this.revision += 1;
    for (const watcher of this.watchers) watcher();
  }

  say(text: string, hint = ""): void {
    this.ports.say(text, hint);
  }

  get image(): number | null {
    return this.document?.image_id ?? null;
  }

  objects(): readonly DrawnObject[] {
    return this.document ? (this.editor?.objects() ?? []) : [];
  }

  selection(): readonly string[] {
    return this.editor?.selection() ?? [];
  }

  selected(): readonly DrawnObject[] {
    return this.selection().flatMap((uid) => this.editor?.object(uid) ?? []);
  }

  /** Objects of any picture that is near, as they are shown there; null where they are not known. */
  objectsOf(image: number): readonly DrawnObject[] | null {
    return image === this.image && this.editor ? this.objects() : (this.ports.documents.shown(image)?.objects ?? null);
  }

  /** Shows a picture; the same one again after it was read anew. */
  open(document: Document): void {
    const before = this.image;
    if (before !== null && before !== document.image_id) this.listeners.left.tell({ image: before });
    this.document = document;
    this.give(document, before !== document.image_id);
    this.touch();
    this.listeners.image.tell(document);
  }

  /** Nothing is open: the next picture is on its way. */
  close(): void {
    if (this.image !== null) this.listeners.left.tell({ image: this.image });
    this.act({ kind: "cancel" });
    this.document = null;
    this.editor?.setObjects([]);
    this.touch();
  }

  /** The canvas is there, or gone. */
  attach(editor: Editor | null): void {
    this.editor = editor;
    if (editor) {
      editor.setClasses(this.classes.map((look, i) => ({ ...look, number: i + 1 })));
      if (this.draftClass !== null) editor.setDraftClass(this.draftClass);
      if (this.document) this.give(this.document, true);
      this.take(this.tool);
    }
    this.touch();
  }

  /** Something in the editor has changed. */
  heard(what: Changed): void {
    if (what === "camera") {
      this.viewed += 1;
      for (const viewer of this.viewers) viewer();
      return;
    }
    if (what === "tool" && this.editor && this.takenAs(this.tool) !== this.editor.tool())
      this.tool = this.editor.tool();
    this.touch();
    if (what === "selection") this.listeners.selection.tell(this.selection());
  }

  setClasses(classes: readonly ClassLook[]): void {
    this.classes = classes;
    this.classesKnown = true;
    this.editor?.setClasses(classes.map((look, i) => ({ ...look, number: i + 1 })));
    if (!classes.some((one) => one.id === this.draftClass)) this.setDraftClass(classes[0]?.id ?? null);
    this.touch();
  }

  setTool(name: string): void {
    const same = this.tool === name;
    this.tool = name;
    this.take(name);
    this.touch();
    if (!same) this.listeners.tool.tell(name);
  }

  /** The class of the next object. */
  setDraftClass(id: number | null): void {
    if (this.draftClass === id) return;
    this.draftClass = id;
    if (id !== null) this.editor?.setDraftClass(id);
    this.touch();
    this.listeners.class.tell(id);
  }

  setNeighbours(previous: number | null, next: number | null): void {
    this.neighbours = { previous, next };
  }

  /** Gives a class to what is selected, and to the next object. */
  giveClass(id: number): void {
    this.setDraftClass(id);
    this.editor?.classify(id);
  }

  /** The class before or after the one in hand, for the selected ones too. */
  stepClass(by: 1 | -1): void {
    const at = this.classes.findIndex((one) => one.id === this.draftClass);
    const next = this.classes[(at + by + this.classes.length) % Math.max(1, this.classes.length)];
    if (next) this.giveClass(next.id);
  }

  /** Whether something can be drawn: the editor knows the picture that is shown, and what there is to be named. */
  get ready(): boolean {
    return this.document !== null && this.editor !== null && this.classesKnown;
  }

  /** What the editor can do by itself: as by its keys. */
  act(action: EditorAction): boolean {
    return this.ready && (this.editor?.act(action) ?? false);
  }

  /** Selects an object, or adds it to what is selected. */
  readonly pick = (uid: string, add: boolean): void => {
    const now = this.selection();
    const others = now.filter((one) => one !== uid);
    this.editor?.select(add ? (others.length < now.length ? others : [...now, uid]) : [uid]);
  };

  readonly toggleHidden = (uid: string): void => this.flag(uid, "hidden");
  readonly toggleLocked = (uid: string): void => this.flag(uid, "locked");

  private flag(uid: string, name: "hidden" | "locked"): void {
    const object = this.editor?.object(uid);
    if (!object) return;
    const label = { hidden: ["Hide", "Show"], locked: ["Lock", "Unlock"] }[name][object[name] ? 1 : 0] ?? name;
    this.editor?.patch(label, [uid], { [name]: !object[name] });
  }

  /** Changes some objects of the open picture. */
  edit(objects: readonly DrawnObject[], how: (one: DrawnObject) => DrawnObject, label: string): void {
    if (this.image !== null && objects.length > 0) this.put(this.image, { put: objects.map(how), delete: [] }, label);
  }

  /** Changes a picture, the open one or another: what an assist has found lands where it was asked for. */
  put(image: number, change: Change, label: string): void {
    if (image === this.image && this.editor) {
      this.editor.apply({ label, put: change.put, delete: change.delete });
      return;
    }
    const touched = new Set([...change.put.map(({ uid }) => uid), ...change.delete]);
    const before = (this.objectsOf(image) ?? []).filter(({ uid }) => touched.has(uid));
    this.save({ ...change, label, image, before });
  }

  /** The editor has made a change: by hand, or because it was told to. */
  readonly commit = (command: Command): void => {
    if (command.image !== this.image) {
      // The picture was left in the middle of it: what is not saved must not be seen either.
      this.editor?.setObjects(this.document?.objects ?? []);
      return;
    }
    this.save(command);
    const was = new Set(command.before.map(({ uid }) => uid));
    const objects = command.put.filter(({ uid }) => !was.has(uid));
    const drawing = this.tool !== "select" && command.label.startsWith("Draw");
    if (objects.length > 0 && drawing) this.listeners.drawn.tell({ image: command.image, objects, tool: this.tool });
  };

  /** How far the picture is, and why it was rejected. */
  review(status: Review, note?: string): void {
    const { document } = this;
    if (!document || (document.review === status && (note === undefined || note === document.note))) return;
    const change = { put: [], delete: [], review: status, ...(note !== undefined && { note }) };
    this.save({ ...change, label: `Mark as ${status.replace("_", " ")}`, image: document.image_id, before: [] });
  }

  /** Copies what is selected, or all, into another picture; returns how many. */
  copyTo(image: number, size: { readonly width: number; readonly height: number }): number {
    const chosen = this.selection().length > 0 ? this.selected() : this.objects();
    const inside = chosen.filter((one) => one.kind !== "mask" || fits(one, size));
    const put = inside.map((one) => ({ ...one, uid: newUid(), locked: false }));
    if (put.length > 0) this.put(image, { put, delete: [] }, "Copy from the picture before");
    return put.length;
  }

  private give(document: Document, fresh: boolean): void {
    if (fresh) this.editor?.setPicture(document.image_id, document.width, document.height);
    this.editor?.setObjects(document.objects);
  }

  private takenAs(name: string): ToolName {
    const beneath = this.ports.joined.find((tool) => tool.name === name)?.beneath;
    return EDITOR_TOOLS[name]?.[0] ?? PLAIN_TOOLS.find((one) => one === name) ?? beneath ?? "select";
  }

  private take(name: string): void {
    this.editor?.setTool(this.takenAs(name), EDITOR_TOOLS[name]?.[1] ?? {});
  }

  private save({ image, label, before, put, delete: gone, review, note }: Change & Omit<Command, keyof Change>): void {
    this.ports.outbox.push({
      project: this.project,
      image,
      version: this.ports.documents.peek(image)?.version ?? null,
      put,
      delete: gone,
      ...(review !== undefined && { review }),
      ...(note !== undefined && { note }),
      before,
      description: label,
    });
    const { document } = this;
    if (document?.image_id === image) {
      const begun = document.review === "todo" && put.length > 0 ? "in_progress" : document.review;
      this.document = { ...document, review: review ?? begun, note: note ?? document.note };
    }
    this.touch();
    this.listeners.changed.tell({ image, change: { put, delete: gone }, label });
  }
}

/** A mask is of the size of its picture. */
const fits = (one: DrawnObject, { width, height }: { readonly width: number; readonly height: number }): boolean =>
  one.kind === "mask" && one.geometry.size[0] === height && one.geometry.size[1] === width;
