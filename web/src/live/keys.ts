/** Keys of the page that watches. */
import type { Key } from "@/app/keymap";

export type LiveAction = "pause" | "voice" | "overlay" | "follow" | "stop";

const KEYS: Readonly<Record<string, LiveAction>> = { p: "pause", v: "voice", o: "overlay", f: "follow", s: "stop" };

export const LIVE_SHEET: readonly { readonly keys: readonly string[]; readonly means: string }[] = [
  { keys: ["P"], means: "Pause, and go on" },
  { keys: ["V"], means: "Speak, and be quiet" },
  { keys: ["O"], means: "Show and hide what was seen" },
  { keys: ["F"], means: "Follow the narration, in a clip" },
  { keys: ["S"], means: "Stop watching" },
];

export function watching({ key, ctrlKey, metaKey, altKey }: Key): LiveAction | null {
  return ctrlKey || metaKey || altKey ? null : (KEYS[key.toLowerCase()] ?? null);
}
