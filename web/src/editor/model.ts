/** What the editor knows of the open picture, and the one way in which it changes. */
import { boundsOfAll, grow } from "./geometry";
import { commandOf, NO_HISTORY, remembered, stepBack, stepForward, type History } from "./history";
import { Scene } from "./scene";
import { snapTo, SNAP_PX } from "./snap";
import type { Context, Effect } from "./tools/tool";
import {
  SETTINGS,
  type Box,
  type Changed,
  type Command,
  type EditorObject,
  type Ports,
  type Settings,
  type Shape,
  type Size,
  type Traits,
} from "./types";

export interface Change {
  readonly label: string;
  readonly put: readonly EditorObject[];
  readonly delete?: readonly string[];
  /** What is selected afterwards; unless given, what it was as far as it is still there. */
  readonly select?: readonly string[];
}

export interface Watcher {
  changed(what: Changed): void;
  /** Something in this part of the picture looks different; all of it unless given. */
  repaint(part?: Box): void;
}

const HEX = 16;
const newUid = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(HEX / 2)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Model {
  image = 0;
  size: Size = { width: 1, height: 1 };
  readonly scene = new Scene();
  ghosts: readonly EditorObject[] = [];
  ghostInFocus: string | null = null;
  settings: Settings = SETTINGS;
  draftClass = 0;
  history: History = NO_HISTORY;
  says = "";
  private chosen: readonly string[] = [];

  constructor(
    private readonly ports: Pick<Ports, "onCommand" | "uid">,
    private readonly watcher: Watcher,
  ) {}

  get selection(): readonly EditorObject[] {
    return this.chosen.flatMap((uid) => this.scene.get(uid) ?? []);
  }

  /** Another picture: nothing of the last one stays. */
  open(image: number, size: Size): void {
    this.image = image;
    this.size = size;
    this.history = NO_HISTORY;
    this.ghosts = [];
    this.setObjects([]);
  }

  /** What the server says; the history stays, since it is of the same picture. */
  setObjects(objects: readonly EditorObject[]): void {
    this.scene.set(objects);
    this.watcher.repaint();
    this.watcher.changed("objects");
    this.select(this.chosen);
  }

  select(uids: readonly string[]): void {
    const known = [...new Set(uids)].filter((uid) => this.scene.get(uid));
    if (known.length === this.chosen.length && known.every((uid, i) => uid === this.chosen[i])) return;
    this.chosen = known;
    this.watcher.changed("selection");
  }

  say(text: string): void {
    this.says = text;
    this.watcher.changed("draft");
  }

  carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === "commit") this.apply(effect);
      else if (effect.do === "select") this.select(effect.uids);
      else this.say(effect.text);
    }
  }

  /** Changes objects, remembers it and hands it on to be saved. */
  apply(change: Change): void {
    const find = (uid: string) => this.scene.get(uid);
    const command = commandOf(change.label, this.image, { put: change.put, delete: change.delete ?? [] }, find);
    this.history = remembered(this.history, command);
    this.carry(command);
    if (change.select) this.select(change.select);
    this.says = change.label;
  }

  /** Changes traits of objects: class, attributes, z, locked, hidden. */
  patch(label: string, uids: readonly string[], patch: Partial<Omit<Traits, "uid">>): void {
    const put = uids.flatMap((uid) => {
      const object = this.scene.get(uid);
      return object ? [{ ...object, ...patch }] : [];
    });
    if (put.length) this.apply({ label, put });
  }

  undo(): boolean {
    return this.travel(stepBack(this.history));
  }

  redo(): boolean {
    return this.travel(stepForward(this.history));
  }

  private travel(step: readonly [History, Command] | null): boolean {
    if (!step) return false;
    const [history, command] = step;
    this.history = history;
    this.carry(command);
    this.select(command.put.map((object) => object.uid));
    this.says = command.label;
    return true;
  }

  private carry(command: Command): void {
    this.scene.change(command.put, command.delete);
    this.watcher.repaint(boundsOfAll([...command.put, ...command.before]));
    this.select(this.chosen);
    this.watcher.changed("objects");
    this.ports.onCommand(command);
  }

  context(zoom: number): Context {
    const { scene } = this;
    return {
      size: this.size,
      zoom,
      settings: this.settings,
      selection: this.selection,
      skeleton: scene.classOf(this.draftClass)?.skeleton ?? null,
      at: (p, reach) => scene.at(p.x, p.y, reach),
      within: (box) => scene.within(box),
      skeletonOf: (object) => scene.classOf(object.class_id)?.skeleton ?? null,
      snap: (p, except = []) => {
        const { settings } = this;
        const reach = SNAP_PX / zoom;
        const near = settings.snapObjects ? scene.within(grow([p.x, p.y, p.x, p.y], reach)) : [];
        const others = near.filter((object) => !except.includes(object.uid));
        return snapTo(p, this.size, settings, zoom, others);
      },
      make: (shape) => this.make(shape),
    };
  }

  /** A new object of the class that is drawn next. */
  make(shape: Shape): EditorObject {
    const traits: Traits = {
      uid: this.ports.uid?.() ?? newUid(),
      class_id: this.draftClass,
      attributes: {},
      z: this.scene.objects.at(-1)?.z ?? 0,
      locked: false,
      hidden: false,
      score: null,
      source: "person",
    };
    return { ...traits, kind: shape.kind, geometry: shape.geometry } as EditorObject;
  }
}
