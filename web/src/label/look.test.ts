import { expect, it } from "vitest";
import type { Item } from "@/api/types";
import { describe as say, give, looks, shown, skip, unlabel } from "./look";

const item = { status: "labelled", class_id: 4 } as Item;
const three = looks(
  [1, 2, 3].map((id) => ({ id, name: `c${id}`, colour: "#123456", hotkey: String(id), position: id, count: 0 })),
);

it("gives neighbours different dashes", () => {
  expect(new Set(three.map((look) => look.dash)).size).toBe(3);
});
it("shows what was said over what is stored", () => {
  expect(shown(item, undefined)).toBe(item);
  expect(shown(item, give(2))).toEqual({ status: "labelled", class_id: 2 });
  expect(shown(item, skip)).toEqual({ status: "skipped", class_id: 4 });
  expect(shown(item, unlabel)).toEqual({ status: "unlabelled", class_id: null });
});
it("says a mark in words", () => {
  expect(say(give(2), three)).toBe("c2");
  expect(say(skip, three)).toBe("skipped");
});
