import { kept } from "@/app/kept";
import { DrawOutbox, parseEntry, type Entry, type Ports } from "./outbox";

const PREFIX = "sightline.undrawn.";

/** Entries of one tab lie under its own name, each in a place of its own. */
const tabOf = (key: string): string => key.slice(0, key.lastIndexOf("."));
const placeOf = (key: string): number => Number(key.slice(key.lastIndexOf(".") + 1));

/** Calls `take` with what every tab that is gone has left; a living tab holds the lock of its name. */
async function orphans(own: string, take: (entries: readonly Entry[]) => void): Promise<void> {
  const locks = (navigator as Partial<Navigator>).locks;
  const left = kept.keys().filter((key) => key.startsWith(PREFIX) && tabOf(key) !== own);
  for (const tab of new Set(left.map(tabOf))) {
    const empty = () => {
      const mine = left.filter((key) => tabOf(key) === tab).sort((a, b) => placeOf(a) - placeOf(b));
      take(mine.flatMap((key) => parseEntry(kept.read(key)) ?? []));
      for (const key of mine) kept.write(key, null);
    };
    if (locks) await locks.request(tab, { ifAvailable: true }, (lock) => lock && empty());
    else empty();
  }
}

/** What is drawn in this tab, kept until it is sent, and what tabs that are gone could not send. */
export function openDrawings(ports: Pick<Ports, "send" | "seen">): DrawOutbox {
  const tab = `${PREFIX}${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const outbox = new DrawOutbox({
    ...ports,
    keep: {
      put: (entry) => kept.write(`${tab}.${entry.key}`, JSON.stringify(entry)),
      drop: (key) => void kept.write(`${tab}.${key}`, null),
    },
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    now: Date.now,
  });
  const locks = (navigator as Partial<Navigator>).locks;
  locks?.request(tab, () => new Promise<never>(() => undefined)).catch(() => undefined);
  void orphans(tab, (entries) => outbox.adopt(entries));
  window.addEventListener("online", () => outbox.retryNow());
  window.addEventListener("beforeunload", (event) => outbox.fragile && event.preventDefault());
  return outbox;
}
