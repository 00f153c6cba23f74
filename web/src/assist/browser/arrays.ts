/** Named arrays out of safetensors: a length, a JSON header, then the bytes. */

export interface NamedArray {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const HEADER_MOST = 1 << 20;

/** A number of 16 bits (IEEE 754 binary16). */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halves: Float32Array | null = null;

/** Every number of 16 bits, so that millions of them are looked up. */
function allHalves(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => half(bits));
  return halves;
}

function widened(bytes: ArrayBuffer): Float32Array {
  const table = allHalves();
  const given = new Uint16Array(bytes);
  const made = new Float32Array(given.length);
  for (let at = 0; at < given.length; at++) made[at] = table[given[at] ?? 0] ?? 0;
  return made;
}

function numbers(dtype: string, bytes: ArrayBuffer): NamedArray["data"] | null {
  switch (dtype) {
    case "F32":
      return new Float32Array(bytes);
    case "F16":
      return widened(bytes);
    case "I64":
      return new BigInt64Array(bytes);
    case "I32":
      return new Int32Array(bytes);
    default:
      return null; // of no use to a decoder
  }
}

/** Reads a file; numbers of 16 bits become those of 32. Throws where it is none. */
export function arraysOf(file: ArrayBuffer): Map<string, NamedArray> {
  const length = file.byteLength < 8 ? NaN : Number(new DataView(file).getBigUint64(0, true));
  if (!(length <= Math.min(HEADER_MOST, file.byteLength - 8))) throw new Error("not a file of arrays");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length))) as Record<string, Entry>;
  const found = new Map<string, NamedArray>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const data = numbers(dtype, file.slice(8 + length + offsets[0], 8 + length + offsets[1]));
    if (data?.length === shape.reduce((one, other) => one * other, 1)) found.set(name, { dims: shape, data });
  }
  return found;
}
