import { describe, expect, it } from "vitest";
import { box, CLASSES } from "../fakes";
import { SETTINGS, type EditorObject } from "../types";
import { imagePoint, screenPoint } from "../geometry";
import { draftOf } from "../tools/tool";
import { paintActive } from "./active";
import { LiveMask, MaskBitmaps } from "./masks";
import { paintStill } from "./still";

interface Written {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A canvas's context that only notes what is written on it. */
function page(): { context: CanvasRenderingContext2D; written: Written[] } {
  const written: Written[] = [];
  const context = new Proxy(
    {
      fillText: (text: string, x: number, y: number) => written.push({ text, x, y }),
      measureText: (text: string) => ({ width: 7 * text.length }),
    },
    { get: (target, name): unknown => Reflect.get(target, name) ?? (() => undefined), set: () => true },
  );
  return { context: context as unknown as CanvasRenderingContext2D, written };
}

function painted(selected: EditorObject): { still: Written[]; active: Written[] } {
  const shared = {
    camera: { origin: screenPoint(0, 0), zoom: 1 },
    settings: SETTINGS,
    classOf: (id: number) => CLASSES.find((one) => one.id === id),
  };
  const [still, active] = [page(), page()];
  const masks = new MaskBitmaps();
  paintStill(still.context, { ...shared, objects: [selected], ghosts: [], ghostInFocus: null }, masks);
  const scene = {
    ...shared,
    stage: { width: 400, height: 300 },
    selection: [selected],
    draft: draftOf({}),
    draftClass: 1,
    preview: null,
    guide: null,
    cursor: imagePoint(5, 5),
    handle: null,
    handles: false,
    brush: false,
  };
  paintActive(active.context, scene, masks, new LiveMask());
  return { still: still.written, active: active.written };
}

describe("the chip of a selected object", () => {
  it("lies over the one with the number alone, so that one is seen", () => {
    const { still, active } = painted(box("a", 40, 50, 140, 150));
    expect(still.map(({ text }) => text)).toEqual(["1"]);
    expect(active.map(({ text }) => text)).toEqual(["1 car"]);
    expect([active[0]?.x, active[0]?.y]).toEqual([still[0]?.x, still[0]?.y]);
  });

  it("lies above an object that has no room for it", () => {
    const { still, active } = painted(box("a", 40, 50, 52, 60));
    expect(still).toEqual([]);
    expect((active[0]?.y ?? 99) + 7).toBeLessThan(50);
  });
});
