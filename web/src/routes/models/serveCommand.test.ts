import { expect, test } from "vitest";
import type { Model } from "@/api/types";
import { curlCommand, named, quoted, serveCommand, USUAL } from "./serveCommand";

const model = (id: string, name = "pets") => ({ id, name }) as Model;

test("words that a shell would break are quoted", () => {
  expect(quoted("/home/me/workspace")).toBe("/home/me/workspace");
  expect(quoted("my models")).toBe("'my models'");
  expect(quoted("it's")).toBe("'it'\\''s'");
  expect(quoted("")).toBe("''");
});

test("a model goes by its name where it is the newest so named", () => {
  const models = [model("b"), model("a"), model("c", "birds")];
  expect(named(model("b"), models)).toBe("pets");
  expect(named(model("a"), models)).toBe("pets=a");
  expect(named(model("x", "new"), models)).toBe("new");
});

test("the command says what differs from what is usual", () => {
  expect(serveCommand("pets", "w", USUAL)).toBe("sightline --workspace w serve pets --follow");
  const wish = { port: 9000, open: true, follow: false, doubts: "my pets" };
  expect(serveCommand("my model", "w", wish)).toBe(
    "sightline --workspace w serve 'my model' --port 9000 --host 0.0.0.0 --keep-doubts 'my pets'",
  );
});

test("programs elsewhere send a key", () => {
  expect(curlCommand(USUAL)).toBe("curl --data-binary @photo.jpg http://127.0.0.1:8100/v1/predict");
  expect(curlCommand({ ...USUAL, open: true })).toContain("-H 'X-API-Key: KEY'");
});
