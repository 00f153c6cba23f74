import type { Model } from "@/api/types";

export interface ServeWish {
  readonly port: number;
  /** Whether other machines may ask. */
  readonly open: boolean;
  /** Whether a newer model of the name takes over. */
  readonly follow: boolean;
  /** Project that keeps what the model is unsure of; empty: none. */
  readonly doubts: string;
}

export const USUAL: ServeWish = { port: 8100, open: false, follow: true, doubts: "" };

/** A word as a shell reads it back. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** What names this very model: its name, where it is the newest so named. */
export function named(model: Model, models: readonly Model[]): string {
  const newest = models.find((one) => one.name === model.name);
  return newest === undefined || newest.id === model.id ? model.name : `${model.name}=${model.id}`;
}

/** The command that serves a model. */
export function serveCommand(model: string, workspace: string, wish: ServeWish): string {
  const words = ["sightline", "--workspace", workspace, "serve", model];
  if (wish.port !== USUAL.port) words.push("--port", String(wish.port));
  if (wish.open) words.push("--host", "0.0.0.0");
  if (wish.follow) words.push("--follow");
  if (wish.doubts) words.push("--keep-doubts", wish.doubts);
  return words.map(quoted).join(" ");
}

/** How a program then asks it. */
export function curlCommand(wish: ServeWish): string {
  const key = wish.open ? "-H 'X-API-Key: KEY' " : "";
  const host = wish.open ? "THIS-MACHINE" : "127.0.0.1";
  return `curl ${key}--data-binary @photo.jpg http://${host}:${wish.port}/v1/predict`;
}
