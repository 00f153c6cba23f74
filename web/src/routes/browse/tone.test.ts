import { describe, expect, it } from "vitest";
import type { Science } from "@/api/types";
import { inShort, lookOf, lookQuery, sameLook, toneText, wrongIn, type Look } from "./tone";

const tone: Science["tone"] = {
  text: "",
  stretch: "auto",
  low: null,
  high: null,
  channels: [],
  hdu: null,
  slice: null,
};
const plain = lookOf(tone);
const chosen: Look = { stretch: "asinh", low: "0", high: " 4095", channels: "2, 1,0", slice: "3", hdu: "1" };

describe("a look", () => {
  it("is empty where the project leaves it open", () => {
    expect(plain).toEqual({ stretch: "auto", low: "", high: "", channels: "", slice: "", hdu: "" });
    expect(toneText(plain)).toBe("");
    expect(sameLook(plain, { ...plain, low: " " })).toBe(true);
    expect(sameLook(plain, chosen)).toBe(false);
  });

  it("becomes a query and a setting", () => {
    expect(lookQuery(chosen)).toBe("stretch=asinh&low=0&high=4095&channel=2%2C+1%2C0&slice=3&hdu=1");
    expect(toneText(chosen)).toBe("asinh low=0 high=4095 channels=2,1,0 hdu=1 slice=3");
  });

  it.each([
    [{ low: "x" }, /numbers/],
    [{ stretch: "linear", low: "5", high: "5" }, /below/],
    [{ low: "-3" }, /Percentiles/],
    [{ channels: "1,2" }, /three/],
    [{ channels: "red" }, /three/],
  ])("says what is wrong with %j", (change, why) => {
    expect(wrongIn({ ...plain, ...change })).toMatch(why);
  });

  it.each([{}, { stretch: "linear", low: "-3", high: "1e5" }, { channels: "7" }, { channels: "2, 1, 0" }])(
    "lets %j pass",
    (change) => {
      expect(wrongIn({ ...plain, ...change })).toBeNull();
    },
  );

  it("says in short what a picture holds", () => {
    const unit = { index: 1, name: "SCI", width: 9, height: 9, planes: 1, bits: 32 };
    const science: Science = { bits: 32, kind: "float", channels: 1, pages: 4, hdus: [unit, unit], tone };
    expect(inShort(science)).toBe("32 bit float, 4 pages, 2 HDUs");
    expect(inShort({ ...science, bits: 16, kind: "uint", channels: 5, pages: 1, hdus: [] })).toBe("16 bit, 5 channels");
  });
});
