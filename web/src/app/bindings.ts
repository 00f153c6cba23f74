import { useSyncExternalStore } from "react";
import { kept } from "./kept";
import { BINDABLE, refusal, type Bindable, type Chosen } from "./keymap";
import { Store } from "./store";

const KEY = "sightline.keys";

/** What was kept, without what is not known or not possible. */
export function parse(text: string | null): Chosen {
  const chosen: Chosen = {};
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    for (const [kind, key] of Object.entries(value ?? {})) {
      if (!(kind in BINDABLE) || typeof key !== "string") continue;
      if (refusal(chosen, kind as Bindable, key) === null) chosen[kind as Bindable] = key;
    }
  } catch {
    return {};
  }
  return chosen;
}

export const bindings = new Store<Chosen>(parse(kept.read(KEY)));

/** Puts something on another key, or back on its own; says why where that cannot be. */
export function rebind(kind: Bindable, key: string | null): string | null {
  const rest: Chosen = Object.fromEntries(Object.entries(bindings.get()).filter(([other]) => other !== kind));
  const wanted = key ?? BINDABLE[kind];
  const why = refusal(rest, kind, wanted);
  if (why !== null) return why;
  const next = wanted === BINDABLE[kind] ? rest : { ...rest, [kind]: wanted.toLowerCase() };
  kept.write(KEY, Object.keys(next).length > 0 ? JSON.stringify(next) : null);
  bindings.set(next);
  return null;
}

export const useBindings = (): Chosen => useSyncExternalStore(bindings.subscribe, bindings.get);
