/** Whether this browser's person has agreed to be watched, and what they agreed to. */
import { kept } from "@/app/kept";
import { Store } from "@/app/store";

const KEY = "sightline.live.consent";
/** Counts up when what is told changes: whoever agreed to less is asked again. */
export const VERSION = 1;

export interface Consent {
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
}

/** What was kept, if it says yes to what is told today. */
export function readConsent(text: string | null): Consent | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    if (typeof value !== "object" || value === null || !("version" in value) || !("at" in value)) return null;
    const { version, at } = value;
    return version === VERSION && typeof at === "string" ? { version, at } : null;
  } catch {
    return null;
  }
}

export const consent = new Store<Consent | null>(readConsent(kept.read(KEY)));

export function agree(now: Date = new Date()): void {
  const given = { version: VERSION, at: now.toISOString() };
  kept.write(KEY, JSON.stringify(given));
  consent.set(given);
}

export function takeBack(): void {
  kept.write(KEY, null);
  consent.set(null);
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.localhost)$/;

/** Where pictures are looked at: on this machine, or on another that has this name. */
export const whereIs = (hostname: string): "here" | "there" => (LOOPBACK.test(hostname) ? "here" : "there");

// A tab that takes it back speaks for all tabs.
if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) consent.set(readConsent(kept.read(KEY)));
  });
}
