import { useCallback, useSyncExternalStore } from "react";
import { DRAW_KEYS, keyParts, refuseDrawing, type DrawBindable, type DrawChosen } from "./drawKeys";
import { kept } from "./kept";
import { Store } from "./store";

const KEY = "sightline.keys.annotate";

/** What was kept, without what is not known or not possible. */
export function parseDrawing(text: string | null): DrawChosen {
  const chosen: DrawChosen = {};
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    for (const [name, key] of Object.entries(value ?? {})) {
      if (!(name in DRAW_KEYS) || typeof key !== "string") continue;
      const kind = name as DrawBindable;
      if (refuseDrawing(chosen, kind, key) === null) chosen[kind] = key;
    }
  } catch {
    return {};
  }
  return chosen;
}

export const drawBindings = new Store<DrawChosen>(parseDrawing(kept.read(KEY)));

/** Puts something on another key, or back on its own; says why where that cannot be. */
export function rebindDrawing(kind: DrawBindable, key: string | null): string | null {
  const rest: DrawChosen = Object.fromEntries(Object.entries(drawBindings.get()).filter(([other]) => other !== kind));
  const wanted = key ?? DRAW_KEYS[kind].key;
  const why = refuseDrawing(rest, kind, wanted);
  if (why !== null) return why;
  const next = wanted === DRAW_KEYS[kind].key ? rest : { ...rest, [kind]: wanted };
  kept.write(KEY, Object.keys(next).length > 0 ? JSON.stringify(next) : null);
  drawBindings.set(next);
  return null;
}

export const useDrawBindings = (): DrawChosen => useSyncExternalStore(drawBindings.subscribe, drawBindings.get);

/** The key of an action, as people read it. */
export function useDrawKeys(): (kind: DrawBindable) => string {
  const chosen = useDrawBindings();
  return useCallback((kind) => keyParts(chosen[kind] ?? DRAW_KEYS[kind].key).join("+"), [chosen]);
}
