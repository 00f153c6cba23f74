import { describe, expect, it } from "vitest";
import { Withdrawn } from "./withdrawn";

function make() {
  let given = 0;
  const again: string[] = [];
  const withdrawn = new Withdrawn(() => given);
  const took = (project: string, name: string) => withdrawn.took(project, () => again.push(name));
  return { withdrawn, again, took, give: () => (given += 1) };
}

describe("what was taken back before it had left", () => {
  it("is given again, the last one first", () => {
    const { withdrawn, again, took } = make();
    took("p", "newest");
    took("p", "older");
    expect([withdrawn.again("p"), withdrawn.again("p"), withdrawn.again("p")]).toEqual([true, true, false]);
    expect(again).toEqual(["older", "newest"]);
  });

  it("comes after what the server has undone since", () => {
    const { withdrawn, again, took } = make();
    took("p", "newest");
    withdrawn.undone("p");
    expect(withdrawn.again("p")).toBe(false);
    expect(withdrawn.again("p")).toBe(true);
    expect(again).toEqual(["newest"]);
  });

  it("is the next step forward until the server has undone something", () => {
    const { withdrawn, took } = make();
    expect(withdrawn.isNext("p")).toBe(false);
    took("p", "newest");
    expect(withdrawn.isNext("p")).toBe(true);
    const failed = withdrawn.undone("p");
    expect(withdrawn.isNext("p")).toBe(false);
    failed();
    expect(withdrawn.isNext("p")).toBe(true);
  });

  it("is newer than a step back that was asked for before it was given", () => {
    const { withdrawn, took, give } = make();
    took("p", "older");
    const failed = withdrawn.undone("p");
    give();
    took("p", "newest");
    expect(withdrawn.isNext("p")).toBe(true);
    failed();
    expect(withdrawn.isNext("p")).toBe(true);
  });

  it("is forgotten once something new is given, and in another project", () => {
    const { withdrawn, again, took, give } = make();
    took("p", "a");
    expect(withdrawn.again("q")).toBe(false);
    give();
    expect(withdrawn.again("p")).toBe(false);
    took("p", "b");
    expect(withdrawn.again("p")).toBe(true);
    expect(again).toEqual(["b"]);
  });
});
