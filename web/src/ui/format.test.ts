import { describe, expect, it } from "vitest";
import { ago, baseName, bytes, duration, many, percent, sentence } from "./format";

describe("format", () => {
  it("says bytes in three figures or so", () => {
    expect([bytes(0), bytes(999), bytes(1500), bytes(123_456_789)]).toEqual(["0 B", "999 B", "1.5 kB", "123 MB"]);
  });
  it("says durations in two units", () => {
    expect([duration(59.6), duration(200), duration(7500), duration(null)]).toEqual([
      "1 min",
      "3 min 20 s",
      "2 h 5 min",
      "–",
    ]);
  });
  it("says how long ago", () => {
    const now = Date.parse("2025-01-02T00:00:00Z");
    expect(ago("2025-01-01T23:59:50Z", now)).toBe("just now");
    expect(ago("2025-01-01T22:00:00Z", now)).toBe("2 h ago");
    expect(ago("2024-11-05T00:00:00Z", now)).toBe("2024-11-05");
  });
  it("says shares and counts", () => {
    expect(percent(0.9423)).toBe("94.2 %");
    expect(percent(null)).toBe("–");
    expect(many(1, "picture")).toBe("1 picture");
    expect(many(1200, "picture")).toBe("1,200 pictures");
    expect(baseName("C:\\a\\b.png")).toBe("b.png");
  });
  it("begins a sentence with a capital, unless it begins with the name of a file or a setting", () => {
    expect(sentence("the disk is full")).toBe("The disk is full");
    expect(sentence("stopped")).toBe("Stopped");
    expect(sentence("rtsp://cam/x is lost")).toBe("rtsp://cam/x is lost");
    expect(sentence("bad.zip is no ZIP")).toBe("bad.zip is no ZIP");
    expect(sentence("box_head (settings.json): too long")).toBe("box_head (settings.json): too long");
    expect(sentence("/tmp/x is no folder")).toBe("/tmp/x is no folder");
    expect(sentence("")).toBe("");
  });
});
