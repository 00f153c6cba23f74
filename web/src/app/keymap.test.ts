import { describe, expect, it } from "vitest";
import { bind, browsing, everywhere, going, noSequence, type Key } from "./keymap";

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

  it("picks one by one with the command key held", () => {
    const held = { ctrlKey: true };
    expect(browsing(key(" ", held))).toEqual({ kind: "toggle" });
    expect(browsing(key("ArrowDown", held))).toEqual({ kind: "move", by: "down", extend: false, keep: true });
    expect(browsing(key("ArrowDown"))).toMatchObject({ keep: false });
  });

  it("undoes and redoes by either command key", () => {
    expect(everywhere(key("z", { ctrlKey: true }))).toEqual({ kind: "undo" });
    expect(everywhere(key("Z", { metaKey: true, shiftKey: true }))).toEqual({ kind: "redo" });
  });

  it("accepts, rejects, repeats and looks for what is similar by one key each", () => {
    const kinds = [" ", "n", ".", "s", "S", "q", "/"].map((name) => browsing(key(name))?.kind);
    expect(kinds).toEqual(["accept", "reject", "repeat", "similar", "similar", "queues", "find"]);
    expect(browsing(key("s", { ctrlKey: true }))).toBeNull();
  });

  it("does by another key what a person has put there", () => {
    const mine = bind({ skip: "k", reject: "x" });
    expect(browsing(key("K"), mine)).toEqual({ kind: "skip" });
    expect(browsing(key("x"), mine)).toEqual({ kind: "reject" });
    expect(browsing(key("n"), mine)).toBeNull();
  });

  it("goes by g and a letter, within its time", () => {
    const [waiting] = going(noSequence, key("g"), 1000);
    expect(going(waiting, key("m"), 1500)[1]).toEqual({ kind: "go", letter: "m" });
    expect(going(waiting, key("m"), 9000)[1]).toBeNull();
    expect(going(noSequence, key("m"), 1500)[1]).toBeNull();
  });
});
