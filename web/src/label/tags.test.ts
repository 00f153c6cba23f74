import { describe, expect, it } from "vitest";
import type { Item } from "@/api/types";
import { looks, shown } from "./look";
import type { Mark } from "./outbox";
import { noneOfThese, tagText, toggleTag, untag } from "./tags";

const item = (id: number, ...tags: number[]): Item =>
  ({ id, version: 3, status: tags.length > 0 ? "labelled" : "unlabelled", class_id: null, tags }) as unknown as Item;
const nothing = () => undefined;
const byId = new Map(
  looks([1, 2].map((id) => ({ id, name: `t${id}`, colour: "#123456", hotkey: null, position: id, count: 0 }))).map(
    (look) => [look.id, look],
  ),
);

describe("toggleTag", () => {
  it("gives the tag to those that lack it", () => {
    const { on, images } = toggleTag([item(1, 2), item(2, 4, 2)], 4, nothing);
    expect(on).toBe(true);
    expect(images).toEqual([{ id: 1, version: 3, mark: { class_id: null, status: "labelled", tags: [2, 4] } }]);
  });
  it("takes it away where all have it, and what has none left waits again", () => {
    const { on, images } = toggleTag([item(1, 4), item(2, 2, 4)], 4, nothing);
    expect(on).toBe(false);
    expect(images.map(({ mark }) => [mark.status, mark.tags])).toEqual([
      ["unlabelled", []],
      ["labelled", [2]],
    ]);
  });
  it("counts what is on its way", () => {
    const overlay = (): Mark => ({ status: "labelled", tags: [7] });
    expect(toggleTag([item(1)], 7, overlay)).toMatchObject({ on: false, images: [{ mark: { tags: [] } }] });
  });
});

describe("tagText", () => {
  it("names the tags, or says that there are none", () => {
    expect(tagText(item(1, 1, 2), byId)).toBe("t1, t2");
    expect(tagText(item(1, 9), byId)).toBe("class 9");
    expect(tagText(shown(item(1, 1), noneOfThese), byId)).toBe("none of these");
    expect(tagText(shown(item(1, 1), untag), byId)).toBe("");
  });
});
