import { describe, expect, it } from "vitest";
import {
  decode,
  inCluster,
  inPolygon,
  relabelled,
  toMap,
  toUnit,
  withLabelsOf,
  type Bounds,
  type Points,
} from "./points";

const bounds: Bounds = [0, 10, 20, 30];

/** Bytes as the server packs them. */
function packed(columns: Record<string, readonly [string, readonly number[]]>): ArrayBuffer {
  const sizes: Record<string, number> = { "<f4": 4, "<f8": 8, "<i4": 4, "<u4": 4, "|u1": 1 };
  let offset = 0;
  const fields = Object.entries(columns).map(([name, [dtype, values]]) => {
    const field = { name, dtype, offset };
    offset += Math.ceil((values.length * (sizes[dtype] ?? 1)) / 8) * 8;
    return field;
  });
  const count = Object.values(columns)[0]?.[1].length ?? 0;
  const said = { key: "k", total: 9, count, fields, statuses: ["unlabelled", "labelled", "unsure"], splits: ["train"] };
  let text = JSON.stringify(said);
  text += " ".repeat((8 - ((text.length + 4) % 8)) % 8);
  const buffer = new ArrayBuffer(4 + text.length + offset);
  const view = new DataView(buffer);
  view.setUint32(0, text.length, true);
  new Uint8Array(buffer, 4).set(new TextEncoder().encode(text));
  for (const { name, dtype, offset: at } of fields) {
    (columns[name]?.[1] ?? []).forEach((value, i) => {
      const to = 4 + text.length + at + i * (sizes[dtype] ?? 1);
      if (dtype === "<f4") view.setFloat32(to, value, true);
      else if (dtype === "<f8") view.setFloat64(to, value, true);
      else if (dtype === "|u1") view.setUint8(to, value);
      else view.setInt32(to, value, true);
    });
  }
  return buffer;
}

const points = (): Points =>
  decode(
    packed({
      ordinal: ["<u4", [0, 1, 2]],
      image_id: ["<f8", [11, 12, 13]],
      x: ["<f4", [0, 10, 20]],
      y: ["<f4", [10, 20, 30]],
      class_id: ["<i4", [-1, 5, 5]],
      predicted: ["<i4", [-1, 5, 6]],
      probability: ["<f4", [NaN, 0.5, 0.75]],
      uncertainty: ["<f4", [NaN, 1, 0.5]],
      split: ["|u1", [0, 0, 0]],
      status: ["|u1", [0, 1, 1]],
      cluster: ["<i4", [0, 0, -1]],
    }),
    bounds,
  );

describe("points", () => {
  it("are read from the server's columns and lie in the plane", () => {
    const found = points();
    expect([...found.x]).toEqual([-1, 0, 1]);
    expect([...found.y]).toEqual([-1, 0, 1]);
    expect([...found.classId]).toEqual([-1, 5, 5]);
    expect(found.total).toBe(9);
    expect(found.indexOf.get(13)).toBe(2);
  });

  it("go to the map's coordinates and back", () => {
    expect(toMap(bounds, [-1, 1])).toEqual([0, 30]);
    expect(toUnit(bounds, 0, 30)).toEqual([-1, 1]);
  });

  it("take over what is said of a picture, and stay the same when that is nothing new", () => {
    const before = points();
    const after = relabelled(before, [{ id: 11, class_id: 6, status: "labelled" }]);
    expect([...after.classId]).toEqual([6, 5, 5]);
    expect([...after.status]).toEqual([1, 1, 1]);
    expect([...before.classId]).toEqual([-1, 5, 5]);
    expect(relabelled(after, [{ id: 11, class_id: 6, status: "labelled" }])).toBe(after);
    expect(relabelled(after, [{ id: 99, class_id: 6, status: "labelled" }])).toBe(after);
  });

  it("keep their predictions until somebody asks for new ones", () => {
    const old = points();
    const fresh = { ...points(), classId: Int32Array.of(6, 6, 6), predicted: Int32Array.of(6, 6, 6) };
    const merged = withLabelsOf(old, fresh);
    expect([...merged.classId]).toEqual([6, 6, 6]);
    expect([...merged.predicted]).toEqual([-1, 5, 6]);
    const other = { ...fresh, key: "another" };
    expect(withLabelsOf(old, other)).toBe(other);
  });

  it("are found by a loop and by their cluster", () => {
    expect(
      inPolygon(points(), [
        [-2, -2],
        [0.5, -2],
        [0.5, 0.5],
        [-2, 0.5],
      ]),
    ).toEqual([0, 1]);
    expect(inCluster(points(), 0)).toEqual([0, 1]);
    expect(inCluster(points(), -1)).toEqual([2]);
  });
});
