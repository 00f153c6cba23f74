import { describe, expect, it } from "vitest";
import { arraysOf, half } from "./arrays";

function file(header: unknown, bytes: Uint8Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const made = new Uint8Array(8 + text.length + bytes.length);
  new DataView(made.buffer).setBigUint64(0, BigInt(text.length), true);
  made.set(text, 8);
  made.set(bytes, 8 + text.length);
  return made.buffer;
}

describe("named arrays", () => {
  it("are read by type, halves as whole numbers, others left out", () => {
    const bytes = new Uint8Array(24);
    const view = new DataView(bytes.buffer);
    view.setFloat32(0, 1.5, true);
    view.setUint16(4, 0x3c00, true);
    view.setUint16(6, 0xc100, true);
    view.setBigInt64(8, 640n, true);
    view.setBigInt64(16, 480n, true);
    const found = arraysOf(
      file(
        {
          __metadata__: { by: "hand" },
          one: { dtype: "F32", shape: [1, 1], data_offsets: [0, 4] },
          two: { dtype: "F16", shape: [2], data_offsets: [4, 8] },
          size: { dtype: "I64", shape: [2], data_offsets: [8, 24] },
          bytes: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
          torn: { dtype: "F32", shape: [9], data_offsets: [0, 4] },
        },
        bytes,
      ),
    );
    expect([...found.keys()]).toEqual(["one", "two", "size"]);
    expect(found.get("one")?.dims).toEqual([1, 1]);
    expect([...(found.get("two")?.data ?? [])]).toEqual([1, -2.5]);
    expect([...(found.get("size")?.data ?? [])]).toEqual([640n, 480n]);
  });

  it("know halves of every kind", () => {
    expect([0, 0x0001, 0x03ff, 0x3555, 0x7bff, 0x7c00, 0xfc00].map(half)).toEqual([
      0,
      2 ** -24,
      1023 * 2 ** -24,
      0.333251953125,
      65504,
      Infinity,
      -Infinity,
    ]);
    expect(half(0x7e00)).toBeNaN();
  });

  it("are refused where the file is none", () => {
    for (const bytes of [new ArrayBuffer(3), new Uint8Array(20).fill(255).buffer]) {
      expect(() => arraysOf(bytes)).toThrow("not a file of arrays");
    }
  });
});
