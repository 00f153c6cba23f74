import { describe, expect, it } from "vitest";
import { disc, encoding, LOW, PLAN } from "./fakes";
import { candidatesOf, feedsOf, frameOf, knowsBoxes, maskOf, ranked, type Prompt } from "./sam";

const click: Prompt = { points: [[160, 120, 1]], box: null, previous: null, several: true };
const frame = frameOf(320, 240, PLAN);
const numbers = (values: ArrayLike<number | bigint> | undefined) => Array.from(values ?? [], Number);

describe("what a decoder is fed", () => {
  it("is places in the square, with a place that is none after a click", () => {
    const feeds = feedsOf(PLAN, encoding(320, 240), frame, click);
    expect(numbers(feeds.get("point_coords")?.data)).toEqual([31.5, 23.5, 0, 0]);
    expect(numbers(feeds.get("point_labels")?.data)).toEqual([1, -1]);
    expect(feeds.get("point_labels")?.data).toBeInstanceOf(BigInt64Array);
    expect(numbers(feeds.get("has_mask_input")?.data)).toEqual([0]);
    expect(feeds.get("embedding")?.data[0]).toBe(1);
    expect(feeds.has("orig_im_size")).toBe(false);
  });

  it("is the corners of a box, and the answer before where its size fits", () => {
    const previous = new Float32Array(LOW * LOW).fill(2);
    const prompt = { ...click, box: [0, 0, 320, 240], previous };
    const feeds = feedsOf(PLAN, encoding(320, 240), frame, prompt);
    expect(numbers(feeds.get("point_labels")?.data)).toEqual([1, 2, 3]);
    expect(numbers(feeds.get("point_coords")?.data).slice(2)).toEqual([-0.5, -0.5, 63.5, 47.5]);
    expect(numbers(feeds.get("has_mask_input")?.data)).toEqual([1]);
    expect(feeds.get("mask_input")?.data[7]).toBe(2);
    const other = feedsOf(PLAN, encoding(320, 240), frame, { ...prompt, previous: new Float32Array(3) });
    expect(numbers(other.get("has_mask_input")?.data)).toEqual([0]);
  });

  it("is in lists of lists, with a box of its own, as other decoders like it", () => {
    const nested = { ...PLAN, nested: true, pads: false, boxes: "input_boxes", size: "frame_size" };
    const clicked = feedsOf(nested, encoding(320, 240), frame, click);
    expect(clicked.get("point_coords")?.dims).toEqual([1, 1, 1, 2]);
    expect(clicked.get("input_boxes")?.dims).toEqual([1, 0, 4]);
    expect(numbers(clicked.get("frame_size")?.data)).toEqual([64, 64]);
    const boxed = feedsOf(nested, encoding(320, 240), frame, { ...click, points: [], box: [0, 0, 320, 240] });
    expect(boxed.get("point_labels")?.dims).toEqual([1, 1, 0]);
    expect(numbers(boxed.get("input_boxes")?.data)).toEqual([-0.5, -0.5, 63.5, 47.5]);
    expect([PLAN, nested, { ...nested, boxes: "" }].map(knowsBoxes)).toEqual([true, true, false]);
  });

  it("lies in a stretched square when the encoder takes one", () => {
    expect(frameOf(320, 240, { ...PLAN, stretched: true })).toMatchObject({ wide: 64, high: 64 });
    expect(frame).toMatchObject({ wide: 64, high: 48 });
  });

  it("needs what the encoder gave", () => {
    expect(() => feedsOf({ ...PLAN, fed: { embedding: "other" } }, encoding(9, 9), frame, click)).toThrow("no other");
  });
});

describe("what masks mean", () => {
  it("is pixels of the picture, five times as many across as in the square", () => {
    const found = maskOf(disc(31.5, 23.5, 12), [LOW, LOW], frame);
    const area = found?.mask.data.reduce((sum, one) => sum + one, 0) ?? 0;
    expect(area / (Math.PI * 60 ** 2)).toBeCloseTo(1, 1);
    const [x1, y1, x2, y2] = found?.box ?? [0, 0, 0, 0];
    expect([(x1 + x2) / 2, (y1 + y2) / 2]).toEqual([160, 120]);
    expect(maskOf(disc(500, 500, 3), [LOW, LOW], frame)).toBeNull();
  });

  it("ends at the picture's border", () => {
    const { box } = maskOf(disc(0, 0, 20), [LOW, LOW], frame) ?? { box: [9, 9, 9, 9] };
    expect(box.slice(0, 2)).toEqual([0, 0]);
  });

  it("is faint but there where the decoder is sure of nothing", () => {
    const low = disc(31.5, 23.5, 4).map((one) => one - 1_000);
    const [one] = candidatesOf({ dims: [1, 1, LOW, LOW], data: low }, [0.8], frame, click);
    expect(one?.score).toBe(0);
    expect((one?.box[0] ?? 999) <= 160 && (one?.box[2] ?? 0) >= 160).toBe(true);
  });

  it("is ranked as the decoder guesses, the plain mask first where nothing is in doubt", () => {
    expect(ranked([0.5, 0.9, 0.7], click)).toEqual([1, 2, 0]);
    expect(ranked([0.9, 0.1, 0.3, 0.2], click)).toEqual([2, 3, 1]);
    expect(ranked([0.1, 0.2, 0.3, 0.4], { ...click, box: [0, 0, 1, 1] })).toEqual([0, 3, 2]);
    expect(ranked([0.1, 0.2, 0.3], { ...click, several: false })).toEqual([2]);
  });
});
