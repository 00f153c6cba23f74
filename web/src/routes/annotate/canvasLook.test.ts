import { expect, it } from "vitest";
import { canvasLook, changeLook, parseLook, PLAIN_LOOK } from "./canvasLook";

it("keeps what was chosen, and drops what makes no sense", () => {
  expect(parseLook('{"grid":32,"snap":"no","fill":-1,"fly":2}')).toEqual({ ...PLAIN_LOOK, grid: 32 });
  expect(parseLook("not JSON")).toEqual(PLAIN_LOOK);
  expect(parseLook("null")).toEqual(PLAIN_LOOK);
  changeLook({ contrast: 2 });
  expect(canvasLook.get().contrast).toBe(2);
  changeLook(PLAIN_LOOK);
});
