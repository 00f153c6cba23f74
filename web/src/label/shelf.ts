import type { Answer, LabelChange } from "@/api/types";
import { kept } from "@/app/kept";
import { Outbox, parse } from "./outbox";

const PREFIX = "sightline.unsent.";

/** Calls `take` with the shelf of every tab that is gone; a living tab holds the lock of its own. */
async function orphans(own: string, take: (text: string) => void): Promise<void> {
  const locks = (navigator as Partial<Navigator>).locks;
  const empty = (key: string) => {
    const text = kept.read(key);
    if (text) take(text);
    kept.write(key, null);
  };
  for (const key of kept.keys()) {
    if (!key.startsWith(PREFIX) || key === own) continue;
    if (locks) await locks.request(key, { ifAvailable: true }, (lock) => lock && empty(key));
    else empty(key);
  }
}

/** The labels of this tab, kept on a shelf of its own until they are sent, and those of tabs that are gone. */
export function openOutbox(send: (project: string, changes: LabelChange[]) => Promise<Answer>): Outbox {
  const key = `${PREFIX}${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const outbox = new Outbox({
    send,
    keep: { read: () => null, write: (text) => void kept.write(key, text) },
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  const locks = (navigator as Partial<Navigator>).locks;
  locks?.request(key, () => new Promise<never>(() => undefined)).catch(() => undefined);
  void orphans(key, (text) => outbox.adopt(parse(text)));
  window.addEventListener("online", () => outbox.retryNow());
  return outbox;
}
