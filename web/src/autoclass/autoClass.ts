/** Auto class at the desk: what is drawn, or made tight, gets the class that a head is sure of. */
import type { DrawAction } from "@/app/drawKeys";
import { Store } from "@/app/store";
import type { AutoClassStatus, NamedBoxes } from "@/api/types";
import { alike, type DrawnObject } from "@/draw/objects";
import type { Desk } from "@/routes/annotate/desk";
import { sentence } from "@/ui/format";
import type { DeskEvents, PartPointer } from "@/routes/annotate/slots";
import { boxOf, hasExtent, percent, verdict, type Choice } from "./words";

export interface AutoPorts {
  readonly classify: (image: number, boxes: readonly (readonly number[])[]) => Promise<NamedBoxes>;
  readonly status: () => Promise<AutoClassStatus>;
  /** Whether an assist still works on the shape of an object. */
  readonly busy: (uid: string) => boolean;
  /** Whether a picture is looked at before anything is drawn in it. */
  readonly ahead: () => boolean;
  readonly keep: (on: boolean) => void;
  readonly announce: (text: string) => void;
  readonly after: (ms: number, run: () => void) => () => void;
}

export interface AutoView {
  readonly on: boolean;
  readonly choice: Choice | null;
  /** What was said last, in words. */
  readonly last: string;
}

/** What an assist does to objects that are there already. */
const ASSISTED = /^(Box assist|Tweak|Draw by clicks)/;
export const LABEL = "Auto class";
/** Shapes that follow each other so fast are asked about together. */
const REST_MS = 60;
const MOST_AT_ONCE = 200;
/** A picture that somebody rests on for so long is worth a look. */
const AHEAD_MS = 300;

export class AutoClass {
  readonly view: Store<AutoView>;
  /** Objects that are to be asked about, and the pictures that they are in. */
  private readonly waiting = new Map<string, number>();
  /** The class that an object of this page was drawn with, or was given here; another one is a person's. */
  private readonly given = new Map<string, number>();
  private timer: (() => void) | null = null;
  private aheadTimer: (() => void) | null = null;

  constructor(
    readonly desk: Desk,
    private readonly ports: AutoPorts,
    on: boolean,
  ) {
    this.view = new Store<AutoView>({ on, choice: null, last: "" });
  }

  /** Listens to the desk; returns how to stop. */
  mount(): () => void {
    const stops = [
      this.desk.on("drawn", (event) => this.drawn(event)),
      this.desk.on("changed", (event) => this.changed(event)),
      this.desk.on("left", () => this.close()),
      this.desk.on("image", () => this.lookAhead()),
    ];
    return () => {
      this.timer?.();
      this.timer = null;
      this.aheadTimer?.();
      this.waiting.clear();
      stops.forEach((stop) => stop());
      this.close();
    };
  }

  act(action: DrawAction, { repeat }: { repeat: boolean }): boolean {
    if (action.kind === "autoClass") {
      if (!repeat) void this.toggle();
      return true;
    }
    const { choice } = this.view.get();
    if (!choice) return false;
    if (action.kind === "escape") {
      this.close();
      return true;
    }
    const one = action.kind === "hotkey" ? choice.top[Number(action.key) - 1] : undefined;
    if (!one) return false;
    this.choose(one.class_id);
    return true;
  }

  /** Whoever draws on does not want to choose. */
  pointer({ type, button }: PartPointer): boolean {
    if (type === "down" && button === 0) this.close();
    return false;
  }

  async toggle(): Promise<void> {
    if (this.view.get().on) {
      this.turn(false);
      return;
    }
    try {
      const status = await this.ports.status();
      if (status.ready) this.turn(true);
      else this.desk.say("No auto class yet", whyNot(status));
    } catch (error) {
      this.desk.say("Auto class cannot be switched on", said(error));
    }
  }

  /** Gives the object that is asked about one of the likeliest classes. */
  choose(classId: number): void {
    const { choice } = this.view.get();
    this.close();
    if (!choice) return;
    const one = this.find(choice.image, choice.uid);
    if (!one || one.class_id === classId) return;
    this.given.set(one.uid, classId);
    this.desk.put(choice.image, { put: [{ ...one, class_id: classId }], delete: [] }, LABEL);
  }

  readonly close = (): void => this.show({ choice: null });

  private turn(on: boolean): void {
    this.waiting.clear();
    this.show({ on, choice: null, last: "" });
    this.ports.keep(on);
    this.ports.announce(on ? "Auto class on" : "Auto class off");
    this.lookAhead();
  }

  /** Lets the server decode the picture and load the encoder, so that the first box need not wait for it. */
  private lookAhead(): void {
    this.aheadTimer?.();
    this.aheadTimer = null;
    const { document } = this.desk;
    if (!document || !this.view.get().on || !this.ports.ahead()) return;
    const { image_id, width, height } = document;
    this.aheadTimer = this.ports.after(AHEAD_MS, () => {
      // Should it fail, the first box says so.
      void this.ports.classify(image_id, [[0, 0, width, height]]).catch(() => undefined);
    });
  }

  private drawn({ image, objects }: DeskEvents["drawn"]): void {
    this.close();
    for (const one of objects) this.given.set(one.uid, one.class_id);
    this.want(image, objects);
  }

  private changed({ image, change, label }: DeskEvents["changed"]): void {
    const { choice } = this.view.get();
    const touched = choice && [...change.put.map(({ uid }) => uid), ...change.delete].includes(choice.uid);
    if (touched && label !== LABEL) this.close();
    if (ASSISTED.test(label)) this.want(image, change.put);
  }

  private want(image: number, objects: readonly DrawnObject[]): void {
    if (!this.view.get().on) return;
    for (const one of objects) if (hasExtent(one) && !this.isByHand(one)) this.waiting.set(one.uid, image);
    if (this.waiting.size > 0) this.soon();
  }

  /** Whether a person has given it another class since it was drawn here. */
  private isByHand({ uid, class_id }: DrawnObject): boolean {
    const given = this.given.get(uid);
    return given !== undefined && given !== class_id;
  }

  private soon(): void {
    this.timer?.();
    this.timer = this.ports.after(REST_MS, () => this.due());
  }

  /** Asks about all whose shape is settled. */
  private due(): void {
    this.timer = null;
    const images = new Map<number, string[]>();
    for (const [uid, image] of this.waiting) {
      if (this.ports.busy(uid)) continue;
      this.waiting.delete(uid);
      images.set(image, [...(images.get(image) ?? []), uid]);
    }
    if (this.waiting.size > 0) this.soon();
    for (const [image, uids] of images)
      for (let at = 0; at < uids.length; at += MOST_AT_ONCE) void this.ask(image, uids.slice(at, at + MOST_AT_ONCE));
  }

  private async ask(image: number, uids: readonly string[]): Promise<void> {
    const asked = uids.flatMap((uid) => this.find(image, uid) ?? []);
    if (asked.length === 0) return;
    try {
      const { boxes } = await this.ports.classify(image, asked.map(boxOf));
      if (this.view.get().on) this.answered(image, asked, boxes);
    } catch (error) {
      await this.failed(error);
    }
  }

  private answered(image: number, asked: readonly DrawnObject[], boxes: NamedBoxes["boxes"]): void {
    const found = asked.flatMap((one, at) => this.judged(image, one, boxes[at]));
    const put = found.flatMap(({ one, made }) => (made.kind === "take" ? [{ ...one, class_id: made.classId }] : []));
    for (const { uid, class_id } of put) this.given.set(uid, class_id);
    if (put.length > 0) {
      this.desk.put(image, { put, delete: [] }, LABEL);
      this.ports.announce(put.length === 1 ? this.view.get().last : `${put.length} classes given`);
    }
    const [only] = found;
    if (asked.length === 1 && only?.made.kind === "ask" && image === this.desk.image) this.offer(only.made.choice);
  }

  /** What to do with an answer; nothing when the object was changed meanwhile: it is asked about anew, or theirs. */
  private judged(image: number, one: DrawnObject, answer: NamedBoxes["boxes"][number] | undefined) {
    const now = this.find(image, one.uid);
    if (!now || !answer || now.class_id !== one.class_id || !alike(now.geometry, one.geometry)) return [];
    this.show({ last: `${answer.class ?? "nothing"}, ${percent(answer.p)}` });
    return [{ one: now, made: verdict(image, now, answer) }];
  }

  private offer(choice: Choice): void {
    this.show({ choice });
    const named = choice.top.map((one, at) => `${at + 1} ${one.class}`).join(", ");
    this.ports.announce(`Which class? ${named}`);
  }

  /** A head that cannot be used would fail for each box anew; what fails for another reason may pass. */
  private async failed(error: unknown): Promise<void> {
    this.show({ last: said(error) });
    const status = await this.ports.status().catch(() => null);
    if (!status || status.ready || !this.view.get().on) return;
    this.turn(false);
    this.desk.say("Auto class is off", whyNot(status));
  }

  private find(image: number, uid: string): DrawnObject | undefined {
    return (this.desk.objectsOf(image) ?? []).find((one) => one.uid === uid);
  }

  private show(change: Partial<AutoView>): void {
    this.view.set({ ...this.view.get(), ...change });
  }
}

const whyNot = ({ head, why }: AutoClassStatus): string =>
  head === null ? "Train a head, or activate one, on the page Heads." : sentence(why);

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
