import { describe, expect, it } from "vitest";
import { countOn, groupsOf, isShown, reach, say, step, type Setting } from "./settings";

const schema = {
  type: "object",
  properties: {
    augment: {
      type: "object",
      properties: {
        views: { type: "integer", minimum: 1, maximum: 64, group: "copies" },
        flip: { type: "number", minimum: 0, maximum: 1, group: "geometry", description: "Chance" },
        rotate: { type: "number", minimum: 0, maximum: 180, group: "geometry", unit: "degrees, +-" },
        blur: { type: "number", minimum: 0, maximum: 1, group: "blur" },
        blur_sigma: { type: "number", minimum: 0.1, maximum: 10, group: "blur", unit: "px of the input" },
        policy: { type: "string", enum: ["none", "randaugment"], group: "policy" },
      },
    },
  },
};
const groups = groupsOf(schema);
const find = (key: string): Setting => {
  const one = groups.flatMap((group) => group.settings).find((setting) => setting.key === key);
  if (!one) throw new Error(key);
  return one;
};

describe("the settings of the augmentation", () => {
  it("stand in the groups that the schema names", () => {
    expect(groups.map((group) => group.title)).toEqual(["Geometry", "Blur and noise", "Policy", "Copies"]);
    expect(find("policy").choices).toEqual(["none", "randaugment"]);
  });

  it("are said as one reads them", () => {
    expect(say(find("flip"), 0.5)).toBe("50 %");
    expect(say(find("rotate"), 15)).toBe("±15°");
    expect(say(find("blur_sigma"), 1.5)).toBe("1.5 px");
    expect(say(find("views"), 4)).toBe("4");
  });

  it("are shown only where they are of use", () => {
    expect(isShown(find("blur_sigma"), { blur: 0 })).toBe(false);
    expect(isShown(find("blur_sigma"), { blur: 0.2 })).toBe(true);
    expect(isShown(find("flip"), {})).toBe(true);
  });

  it("reach as far as a preset went", () => {
    expect(reach(find("views"), 4)).toBe(16);
    expect(reach(find("views"), 40)).toBe(40);
    expect(step(find("rotate"))).toBe(1);
  });

  it("count as on unless zero or none", () => {
    const values = { flip: 0.5, rotate: 0, policy: "none", blur: 0, views: 4 };
    expect(groups.map((group) => countOn(group, values))).toEqual([1, 0, 0, 0]);
  });
});
