/** The objects of the open picture, in the order in which they are drawn, found by place. */
import Flatbush from "flatbush";
import { boundsOf, grow } from "./geometry";
import { hit } from "./hit";
import type { Box, EditorClass, EditorObject } from "./types";

export class Scene {
  private all = new Map<string, EditorObject>();
  private drawn: readonly EditorObject[] | null = null;
  private places = new Map<string, number>();
  private index: Flatbush | null = null;
  private looks = new Map<number, EditorClass>();

  /** All objects, from the bottom to the top. */
  get objects(): readonly EditorObject[] {
    if (!this.drawn) {
      this.drawn = [...this.all.values()].sort((a, b) => a.z - b.z);
      this.places = new Map(this.drawn.map((object, i) => [object.uid, i]));
    }
    return this.drawn;
  }

  get(uid: string): EditorObject | undefined {
    return this.all.get(uid);
  }

  /** The one that came last. */
  newest(): EditorObject | undefined {
    return [...this.all.values()].at(-1);
  }

  set(objects: readonly EditorObject[]): void {
    this.all = new Map(objects.map((object) => [object.uid, object]));
    this.stale();
  }

  /** Puts and deletes; what is put keeps its place among its equals. */
  change(put: readonly EditorObject[], gone: readonly string[]): void {
    for (const object of put) this.all.set(object.uid, object);
    for (const uid of gone) this.all.delete(uid);
    this.stale();
  }

  setClasses(classes: readonly EditorClass[]): void {
    this.looks = new Map(classes.map((one) => [one.id, one]));
  }

  classOf(id: number): EditorClass | undefined {
    return this.looks.get(id);
  }

  /** Visible objects that touch a box, from the bottom to the top. */
  within(box: Box): EditorObject[] {
    const objects = this.objects;
    this.index ??= this.build(objects);
    if (!this.index) return [];
    const found = this.index.search(box[0], box[1], box[2], box[3]).sort((a, b) => a - b);
    return found.flatMap((i) => {
      const object = objects[i];
      return object && !object.hidden ? [object] : [];
    });
  }

  /**
   * What a press at a place means, nearest first: outlines within reach, from the top; then areas, the
   * smallest first, so that a small object on a large one can be had.
   */
  at(x: number, y: number, reach: number): EditorObject[] {
    const found = this.within(grow([x, y, x, y], reach)).flatMap((object) => {
      if (object.locked) return [];
      const how = hit(object, x, y, reach, this.classOf(object.class_id)?.skeleton);
      return how ? [{ object, how, size: sizeOf(object) }] : [];
    });
    const place = (one: EditorObject) => this.places.get(one.uid) ?? 0;
    found.sort((a, b) => {
      const [near, far] = [a.how.distance <= reach, b.how.distance <= reach];
      if (near !== far) return near ? -1 : 1;
      return (near ? 0 : a.size - b.size) || place(b.object) - place(a.object);
    });
    return found.map(({ object }) => object);
  }

  private build(objects: readonly EditorObject[]): Flatbush | null {
    if (!objects.length) return null;
    const index = new Flatbush(objects.length);
    for (const object of objects) {
      const [x1, y1, x2, y2] = boundsOf(object);
      index.add(x1, y1, x2, y2);
    }
    index.finish();
    return index;
  }

  private stale(): void {
    this.drawn = null;
    this.index = null;
  }
}

function sizeOf(object: EditorObject): number {
  const [x1, y1, x2, y2] = boundsOf(object);
  return (x2 - x1) * (y2 - y1);
}
