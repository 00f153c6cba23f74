import { expect, it } from "vitest";
import { Shelf } from "./shelf";

it("finds the last few again and lets go of the others", () => {
  const gone: string[] = [];
  const shelf = new Shelf<string>(2, (one) => gone.push(one));
  shelf.put("a", "A");
  shelf.put("b", "B");
  shelf.put("a", "A");
  shelf.put("c", "C");
  expect([shelf.get("a"), shelf.get("b"), shelf.get("c")]).toEqual(["A", undefined, "C"]);
  expect(gone).toEqual(["B"]);
});
it("lets go of what is replaced", () => {
  const gone: string[] = [];
  const shelf = new Shelf<string>(2, (one) => gone.push(one));
  shelf.put("a", "A");
  shelf.put("a", "A2");
  expect(shelf.get("a")).toBe("A2");
  expect(gone).toEqual(["A"]);
});
