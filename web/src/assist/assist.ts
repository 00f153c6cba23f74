/** Assists at the desk: rough boxes made tight, clicks made objects, what is drawn tweaked. */
import type { DrawAction } from "@/app/drawKeys";
import { Store } from "@/app/store";
import { newUid, type DrawnObject } from "@/draw/objects";
import type { PolygonShape, Rle, Shape } from "@/editor";
import type { Desk } from "@/routes/annotate/desk";
import type { DeskEvents, PartPointer } from "@/routes/annotate/slots";
import type { Asker } from "./asker";
import type { Choice } from "./choice";
import { answered, newDraft, promptOf, shown, turnedBy, withoutLast, withPoint, type Draft } from "./draft";
import { Tweaks, type Question } from "./tweaks";
import { isAbout, SEEN } from "./words";

export interface AssistPorts {
  readonly asker: Asker;
  readonly choice: () => Choice;
  readonly outline: (mask: Rle) => Promise<PolygonShape["geometry"]>;
  readonly fail: (error: unknown) => void;
  /** Said to screen readers; to the eye it is shown already. */
  readonly announce: (text: string) => void;
  readonly after: (ms: number, run: () => void) => () => void;
}

/** The wheel's choice is saved when it has rested for so long. */
const REST_MS = 400;
export const BOX = "boxAssist";
export const POINT = "pointAssist";
export const POINTS = "multiPoint";
const NO_CLASS = "Make a class first";
const FIRST = "First a point on the object";
const NEXT_ON = "Next points: on the object";
const NEXT_BESIDE = "Next points: beside the object";

/** What somebody sees of the assists; a new one with every change. */
export interface AssistView {
  readonly draft: Draft | null;
  readonly paused: boolean;
  readonly question: Question | null;
}

export class Assist {
  readonly view = new Store<AssistView>({ draft: null, paused: false, question: null });
  readonly tweaks: Tweaks;
  private taken = false;
  private panning = false;
  private unrest: (() => void) | null = null;
  private readonly placing = new Map<string, number>();

  constructor(
    readonly desk: Desk,
    readonly ports: AssistPorts,
  ) {
    this.tweaks = new Tweaks(desk, ports, (question) => this.show({ question }));
  }

  /** Listens to the desk; returns how to stop. */
  mount(): () => void {
    const space = (down: boolean) => (event: KeyboardEvent) => {
      if (event.key === " ") this.panning = down;
    };
    const [onDown, onUp] = [space(true), space(false)];
    window.addEventListener("keydown", onDown, { capture: true });
    window.addEventListener("keyup", onUp, { capture: true });
    const stops = [
      this.desk.on("drawn", (drawn) => this.drawn(drawn)),
      this.desk.on("left", () => this.leave()),
      this.desk.on("tool", (tool) => tool !== POINTS && tool !== POINT && this.leave()),
      this.desk.on("class", (id) => this.reclass(id)),
    ];
    return () => {
      window.removeEventListener("keydown", onDown, { capture: true });
      window.removeEventListener("keyup", onUp, { capture: true });
      stops.forEach((stop) => stop());
      this.leave();
    };
  }

  get draft(): Draft | null {
    return this.view.get().draft;
  }

  /** Why assists cannot be used now; empty when they can. */
  readonly off = (): string => (this.desk.draftClass === null ? "make a class first" : "");

  act(action: DrawAction, { double, repeat }: { double: boolean; repeat: boolean }): boolean {
    switch (action.kind) {
      case "pause":
        if (!repeat) this.show({ paused: true });
        return true;
      case "tweak":
        if (repeat) return true;
        if (double) this.tweaks.ask();
        else this.tweaks.selected();
        return true;
      case BOX:
      case POINT:
      case POINTS:
        return this.take(action.kind);
      case "positive":
      case "negative":
        return this.sign(action.kind === "positive");
      case "submit":
        return this.submit();
      case "escape":
        return this.cancel();
      case "delete":
      case "removeSelected":
        return this.back();
      default:
        return false;
    }
  }

  release(action: DrawAction): void {
    if (action.kind === "pause") this.show({ paused: false });
  }

  pointer({ type, at, button, alt, ctrl }: PartPointer): boolean {
    const { tool } = this.desk;
    if (this.taken && (type === "up" || type === "cancel")) {
      this.taken = false;
      return true;
    }
    const aside = this.view.get().paused || this.panning || ctrl;
    if (type !== "down" || aside || (tool !== POINT && tool !== POINTS) || button === 1) return false;
    this.taken = true;
    if (this.desk.image === null) return true;
    if (tool === POINT && !alt && button === 0) this.clickOnce(at);
    else this.addPoint(at, button === 0 && !alt && (this.draft?.positive ?? true));
    return true;
  }

  /** Near what a click has found the wheel chooses a larger or a smaller one. */
  wheel(by: 1 | -1, { ctrl, shift }: { ctrl: boolean; shift: boolean }): boolean {
    const { draft } = this;
    const place = this.desk.editor?.place();
    if (ctrl || shift || !draft?.fresh || draft.candidates.length < 2 || draft.image !== this.desk.image) return false;
    if (!place || !isAbout(draft.candidates, place)) return false;
    this.turn(by === -1 ? 1 : -1);
    return true;
  }

  /** Shows the next larger or smaller candidate. */
  turn(by: 1 | -1): void {
    const { draft } = this;
    if (!draft) return;
    const next = turnedBy(draft, by);
    if (next.chosen === draft.chosen) return;
    if (next.placed) this.settleSoon();
    this.setDraft(next);
  }

  // Tools

  private take(name: string): boolean {
    const why = this.off();
    if (why) this.desk.say("Assists rest", why);
    else this.desk.setTool(name);
    return true;
  }

  /** F and G: what the next points say; with the keyboard's cursor on the picture, a point there. */
  private sign(positive: boolean): boolean {
    const { tool } = this.desk;
    if (tool !== POINT && tool !== POINTS) {
      this.desk.say(positive ? "Positive points" : "Negative points", "Choose point assist (D) or several points (M).");
      return true;
    }
    if (tool === POINT && this.draft) this.desk.setTool(POINTS);
    const { draft } = this;
    if (draft) this.setDraft({ ...draft, positive });
    const cursor = this.desk.editor?.view().cursor;
    if (cursor && tool === POINT && !draft && positive) this.clickOnce(cursor);
    else if (cursor) this.addPoint(cursor, positive);
    else if (draft) this.ports.announce(positive ? NEXT_ON : NEXT_BESIDE);
    else this.desk.say(positive ? NEXT_ON : FIRST, positive ? "" : "Then those beside it.");
    return true;
  }

  private drawn({ image, objects, tool }: DeskEvents["drawn"]): void {
    if (tool !== BOX || this.view.get().paused) return;
    for (const one of objects) if (one.kind === "box") void this.tweaks.rough(image, one);
  }

  // Clicks

  /** One click, one object: it is there as soon as the answer is. */
  private clickOnce(at: { readonly x: number; readonly y: number }): void {
    this.settle();
    const draft = this.begin();
    if (!draft) return;
    const next = { ...withPoint(draft, { x: at.x, y: at.y, on: true }), sent: true };
    this.setDraft(next);
    void this.ask(next, "Point assist").then((found) => found && this.placeNow(found));
  }

  /** Shows what one click has found, and makes it an object. */
  private async placeNow(found: Draft): Promise<void> {
    if (this.draft?.uid === found.uid) this.setDraft(found);
    await this.place(found);
    const { draft } = this;
    if (draft?.uid !== found.uid) return;
    this.setDraft({ ...draft, placed: true });
    if (draft.chosen !== found.chosen) this.settleSoon(); // the wheel was quicker
  }

  private addPoint(at: { readonly x: number; readonly y: number }, on: boolean): void {
    const draft = this.draft ?? this.begin();
    if (!draft) return;
    if (!on && draft.points.length === 0) {
      this.desk.say(FIRST, "Then those beside it.");
      return;
    }
    const next = withPoint(draft, { x: at.x, y: at.y, on });
    this.setDraft(next);
    if (this.desk.tool === POINT) this.desk.setTool(POINTS);
    this.refresh(next);
  }

  private begin(): Draft | null {
    const { image, draftClass } = this.desk;
    if (draftClass === null) this.desk.say(NO_CLASS);
    if (image === null || draftClass === null) return null;
    return newDraft(newUid(), image, draftClass, this.ports.choice().ofClick);
  }

  private refresh(draft: Draft): void {
    void this.ask(draft, "Points").then((found) => {
      if (found && this.draft?.uid === found.uid) this.setDraft({ ...found, positive: this.draft.positive });
    });
  }

  /** The draft with its answer; null when it is stale, or failed. */
  private async ask(draft: Draft, title: string): Promise<Draft | null> {
    try {
      const answer = await this.ports.asker.ask({
        object: draft.uid,
        title,
        image: draft.image,
        engine: this.ports.choice().engine,
        form: SEEN[draft.form],
        several: draft.points.length === 1,
        prompts: [promptOf(draft)],
      });
      if (!answer) return null;
      if (answer.candidates.length === 0)
        this.desk.say("Nothing was found there", "Click in the middle of the object.");
      return answered(draft, answer);
    } catch (error) {
      this.ports.fail(error);
      if (this.draft?.uid === draft.uid && !draft.placed) this.setDraft(null);
      return null;
    }
  }

  /** Enter: what is shown becomes an object; what is still asked becomes one when its answer comes. */
  private submit(): boolean {
    const { draft } = this;
    if (!draft) return false;
    this.settle();
    if (draft.sent && this.desk.tool === POINT) this.setDraft(null);
    else void this.takeIt(draft);
    return true;
  }

  /** What is shown stays in sight until it is an object. */
  private async takeIt(draft: Draft): Promise<void> {
    this.show({ draft: null });
    const found = draft.fresh || draft.points.length === 0 ? draft : await this.ask(draft, "Points");
    if (found) await this.place(found);
    if (this.draft === null) this.desk.editor?.preview(null);
  }

  private cancel(): boolean {
    const { draft } = this;
    if (!draft) return false;
    if (draft.placed) this.settle();
    else this.ports.asker.forget(draft.uid);
    this.setDraft(null);
    return true;
  }

  /** Backspace: the newest point is taken back. */
  private back(): boolean {
    const { draft } = this;
    if (!draft || this.desk.tool !== POINTS) return false;
    const next = withoutLast(draft);
    if (!next) return this.cancel();
    this.setDraft(next);
    this.refresh(next);
    return true;
  }

  /** Another picture, or another tool: what is placed stays, what is not goes; what was submitted goes on. */
  private leave(): void {
    if (this.draft?.sent) this.settle();
    else if (this.draft) this.ports.asker.forget(this.draft.uid);
    this.setDraft(null);
    this.taken = false;
    this.show({ paused: false });
  }

  private reclass(id: number | null): void {
    const { draft } = this;
    if (draft && id !== null && !draft.placed) this.setDraft({ ...draft, classId: id });
  }

  private settleSoon(): void {
    this.unrest?.();
    this.unrest = this.ports.after(REST_MS, () => this.settle());
  }

  /** What the wheel has chosen last is kept, and nothing more is chosen. */
  private settle(): void {
    const { draft, unrest } = this;
    if (!unrest || !draft) return;
    unrest();
    this.unrest = null;
    void this.place(draft);
    this.setDraft(draft);
  }

  /** Puts an object on the picture that it was drawn in, wherever the person is by now. */
  private async place(draft: Draft): Promise<void> {
    const count = (this.placing.get(draft.uid) ?? 0) + 1;
    this.placing.set(draft.uid, count);
    try {
      const shape = await this.finished(draft);
      if (!shape || this.placing.get(draft.uid) !== count) return;
      const there = this.desk.objectsOf(draft.image) ?? [];
      const old = there.find(({ uid }) => uid === draft.uid);
      if (draft.placed && !old) return; // it was deleted since
      const one = made(draft, shape, old, there.at(-1)?.z ?? 0);
      this.desk.put(draft.image, { put: [one], delete: [] }, "Draw by clicks");
    } catch (error) {
      this.ports.fail(error);
    }
  }

  /** What is shown, in the form that is wanted. */
  private async finished(draft: Draft): Promise<Shape | null> {
    const shape = shown(draft);
    if (shape?.kind !== "mask" || draft.form !== "polygon") return shape;
    return { kind: "polygon", geometry: await this.ports.outline(shape.geometry) };
  }

  private setDraft(draft: Draft | null): void {
    if (draft === null) {
      this.unrest?.();
      this.unrest = null;
    }
    this.show({ draft });
    this.desk.editor?.preview(draft && this.isVisible(draft) ? shown(draft) : null);
  }

  /** What is an object already is drawn as one, but while the wheel or clicks change it. */
  private isVisible({ image, placed }: Draft): boolean {
    return image === this.desk.image && (!placed || this.unrest !== null || this.desk.tool === POINTS);
  }

  private show(change: Partial<AssistView>): void {
    this.view.set({ ...this.view.get(), ...change });
  }

  /** The question of a double X was answered, or put aside. */
  readonly closeQuestion = (): void => this.show({ question: null });
}

const made = (draft: Draft, shape: Shape, old: DrawnObject | undefined, z: number): DrawnObject =>
  old
    ? { ...old, ...shape }
    : {
        uid: draft.uid,
        class_id: draft.classId,
        attributes: {},
        z,
        locked: false,
        hidden: false,
        score: null,
        source: "person",
        ...shape,
      };
