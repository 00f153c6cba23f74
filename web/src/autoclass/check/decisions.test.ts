import { describe, expect, it } from "vitest";
import type { ClassCorrection } from "@/api/types";
import { choiceOf, countOf, decide, isWanted, undecided } from "./decisions";

const one = (uid: string, p: number): ClassCorrection => ({
  image_id: 1,
  uid,
  kind: "box",
  bounds: [0, 0, 9, 9],
  width: 20,
  height: 20,
  from: 1,
  to: 2,
  p,
  margin: p,
});
const sure = one("sure", 0.9);
const faint = one("faint", 0.3);
const above = Array.from({ length: 101 }, (_, at) => [0.9, 0.3].filter((p) => p >= at / 100).length);

describe("decisions about changes", () => {
  it("takes all from a probability on", () => {
    expect([isWanted(undecided(0.8), sure), isWanted(undecided(0.8), faint)]).toEqual([true, false]);
    expect([countOf(undecided(0.8), above), countOf(undecided(0), above)]).toEqual([1, 2]);
  });

  it("keeps what was said by hand wherever the threshold goes", () => {
    const said = decide(decide(undecided(0.8), sure, false), faint, true);
    for (const least of [0.1, 0.8, 1]) {
      const now = { ...said, least };
      expect([isWanted(now, sure), isWanted(now, faint), countOf(now, above)]).toEqual([false, true, 1]);
    }
  });

  it("sends the threshold and the exceptions from it", () => {
    const said = decide(decide(undecided(0.8), sure, false), faint, true);
    const refs = (uid: string) => [{ image_id: 1, uid }];
    expect(choiceOf(said, "j")).toEqual({ job: "j", all: true, min_p: 0.8, objects: refs("faint"), but: refs("sure") });
    expect(choiceOf(decide(undecided(0.8), sure, true), "j")).toMatchObject({ objects: [], but: [] });
  });
});
