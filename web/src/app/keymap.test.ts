import { describe, expect, it } from "vitest";
import { browsing, everywhere, going, noSequence, type Key } from "./keymap";

const key = (name: string, held: Partial<Key> = {}): Key => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

describe("keys", () => {
  it("gives classes by 1-9, unsure by 0 and skip by X", () => {
    expect(browsing(key("3"))).toEqual({ kind: "hotkey", key: "3" });
    expect(browsing(key("0"))).toEqual({ kind: "unsure" });
    expect(browsing(key("x"))).toEqual({ kind: "skip" });
    expect(browsing(key("X", { shiftKey: true }))).toEqual({ kind: "skip" });
  });

  it("leaves the browser's own chords alone", () => {
    expect(browsing(key("1", { ctrlKey: true }))).toBeNull();
    expect(browsing(key("r", { ctrlKey: true }))).toBeNull();
    expect(browsing(key("ArrowLeft", { altKey: true }))).toBeNull();
  });

  it("undoes and redoes by either command key", () => {
    expect(everywhere(key("z", { ctrlKey: true }))).toEqual({ kind: "undo" });
    expect(everywhere(key("Z", { metaKey: true, shiftKey: true }))).toEqual({ kind: "redo" });
  });

  it("keeps S for later", () => {
    expect(browsing(key("s"))).toBeNull();
  });

  it("goes by g and a letter, within its time", () => {
    const [waiting] = going(noSequence, key("g"), 1000);
    expect(going(waiting, key("m"), 1500)[1]).toEqual({ kind: "go", letter: "m" });
    expect(going(waiting, key("m"), 9000)[1]).toBeNull();
    expect(going(noSequence, key("m"), 1500)[1]).toBeNull();
  });
});
