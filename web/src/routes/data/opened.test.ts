import { describe, expect, test } from "vitest";
import { fromAddress } from "@/routes/browse/asked";
import { browseAddress, classAddress } from "./opened";

const asked = (address: string | null) => fromAddress(new URL(address ?? "", "http://x").searchParams);

describe("what a finding opens", () => {
  test("is its queue over its filter", () => {
    const address = browseAddress("my birds", { queue: "near-duplicates", filter: { finding: "leak" } });
    expect(address).toContain("/p/my%20birds/browse?");
    expect(asked(address).queue).toBe("near-duplicates");
    expect(asked(address).filter.finding).toBe("leak");
  });

  test("may be classes or statuses", () => {
    expect(asked(browseAddress("p", { queue: "all", filter: { class_ids: [3, 4] } })).filter.class_ids).toEqual([3, 4]);
    expect(asked(browseAddress("p", { queue: "all", filter: { statuses: ["unsure"] } })).filter.statuses).toEqual([
      "unsure",
    ]);
  });

  test("is nothing where it is not about pictures", () => {
    expect(browseAddress("p", { queue: null, filter: {} })).toBeNull();
  });
});

test("a class opens by class, a tag by tag", () => {
  expect(asked(classAddress("p", "single", 7)).filter.class_ids).toEqual([7]);
  expect(asked(classAddress("p", "multi", 7)).filter.tag_ids).toEqual([7]);
});
