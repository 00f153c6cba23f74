/** What is drawn, made tight: a rough box at once, by X what is selected, by X X all of its class after a question. */
import { DOUBLE_MS } from "@/app/drawKeys";
import { sameObject, type DrawnObject } from "@/draw/objects";
import { boundsOf } from "@/editor";
import type { Desk } from "@/routes/annotate/desk";
import type { Asker } from "./asker";
import type { Choice } from "./choice";
import { iou, MIN_IOU, shapeOf, type Form } from "./words";

interface TweakPorts {
  readonly asker: Asker;
  readonly choice: () => Choice;
  readonly fail: (error: unknown) => void;
  readonly after: (ms: number, run: () => void) => () => void;
}

/** What a double X asks: here, or in the whole project? */
export interface Question {
  readonly classId: number;
  readonly name: string;
  /** How many there are in the open picture. */
  readonly here: number;
  readonly image: number;
}

/** Kinds that can be made tight, and what they stay. */
const FORM_OF: Readonly<Partial<Record<DrawnObject["kind"], Form>>> = {
  box: "box",
  polygon: "polygon",
  mask: "mask",
};
const MOST_AT_ONCE = 64;
const NOTHING = "Select a box, a polygon or a mask first; X twice takes all of the class.";

const solid = (one: DrawnObject): boolean => FORM_OF[one.kind] !== undefined && !one.locked;

export class Tweaks {
  /** A hint that a second X makes idle. */
  private hint: (() => void) | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly ports: TweakPorts,
    private readonly show: (question: Question) => void,
  ) {}

  /** A box that was just drawn becomes tight, or a finer shape, unless somebody has changed it since. */
  async rough(image: number, drawn: DrawnObject & { kind: "box" }): Promise<void> {
    const { engine, ofBox: form } = this.ports.choice();
    try {
      const answer = await this.ports.asker.ask({
        object: drawn.uid,
        title: "Box assist",
        image,
        engine,
        form,
        several: false,
        prompts: [{ box: drawn.geometry }],
      });
      const [best] = answer?.candidates ?? [];
      const now = this.desk.objectsOf(image)?.find(({ uid }) => uid === drawn.uid);
      if (!best || !now || !sameObject({ ...drawn, class_id: now.class_id, attributes: now.attributes }, now)) return;
      this.desk.put(image, { put: [{ ...now, ...shapeOf(best, form) }], delete: [] }, "Box assist");
    } catch (error) {
      this.ports.fail(error);
    }
  }

  selected(): void {
    const objects = this.desk.selected().filter(solid);
    if (objects.length > 0) void this.tweak(objects, "Tweak");
    else this.hint = this.ports.after(DOUBLE_MS, () => this.desk.say("Nothing to tweak", NOTHING));
  }

  /** Asks where all of a class shall be tweaked. */
  ask(): void {
    this.hint?.();
    const { image, draftClass } = this.desk;
    const classId = this.desk.selected()[0]?.class_id ?? draftClass;
    const name = this.desk.classes.find(({ id }) => id === classId)?.name;
    if (image === null || classId === null || name === undefined) return;
    const here = this.desk.objects().filter((one) => one.class_id === classId && solid(one)).length;
    this.show({ classId, name, here, image });
  }

  /** All of a class in the open picture, as one step. */
  async here({ classId, image, name }: Question): Promise<void> {
    const objects = (this.desk.objectsOf(image) ?? []).filter((one) => one.class_id === classId && solid(one));
    await this.tweak(objects, `Tweak all of ${name}`, image);
  }

  private async tweak(objects: readonly DrawnObject[], label: string, image = this.desk.image): Promise<void> {
    if (image === null) return;
    try {
      const found = await Promise.all(this.parts(objects).map((part) => this.tight(part, image)));
      const put = found.flat();
      if (put.length > 0) this.desk.put(image, { put, delete: [] }, label);
      const rest = objects.length - put.length;
      this.desk.say(
        `${put.length} of ${objects.length} changed`,
        rest > 0 ? "The others are tight, or not clear." : "",
      );
    } catch (error) {
      this.ports.fail(error);
    }
  }

  /** Objects of one form each, not too many at once. */
  private parts(objects: readonly DrawnObject[]): (readonly DrawnObject[])[] {
    const forms = (["box", "polygon", "mask"] as const).map((kind) => objects.filter((one) => one.kind === kind));
    return forms.flatMap((all) =>
      Array.from({ length: Math.ceil(all.length / MOST_AT_ONCE) }, (_, i) =>
        all.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE),
      ),
    );
  }

  private async tight(objects: readonly DrawnObject[], image: number): Promise<readonly DrawnObject[]> {
    const [first] = objects;
    const form = first && FORM_OF[first.kind];
    if (!first || !form) return [];
    const answer = await this.ports.asker.ask({
      object: `tweak-${image}-${first.uid}`,
      title: objects.length === 1 ? "Tweak" : `Tweak ${objects.length}`,
      image,
      engine: this.ports.choice().engine,
      form,
      several: false,
      prompts: objects.map((one) => ({ box: boundsOf(one) })),
    });
    const now = new Map((this.desk.objectsOf(image) ?? []).map((one) => [one.uid, one]));
    return objects.flatMap((asked, at) => {
      const best = answer?.candidates.find(({ prompt }) => prompt === at);
      const one = now.get(asked.uid);
      if (!best || one?.geometry !== asked.geometry || iou(best.box, boundsOf(asked)) < MIN_IOU) return [];
      const shape = shapeOf(best, form);
      return shape.kind === asked.kind ? [{ ...asked, ...one, ...shape }] : [];
    });
  }
}
