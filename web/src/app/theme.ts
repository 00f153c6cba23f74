import { useSyncExternalStore } from "react";
import { kept } from "./kept";
import { Store } from "./store";

export type Theme = "dark" | "light" | "system";

const KEY = "sightline.theme";
const stored = kept.read(KEY);
export const theme = new Store<Theme>(stored === "dark" || stored === "light" ? stored : "system");

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const shownNow = (): "dark" | "light" => {
  const chosen = theme.get();
  return chosen === "system" ? (systemDark.matches ? "dark" : "light") : chosen;
};
/** The theme on screen; charts draw with its colours. */
export const shownTheme = new Store(shownNow());

function apply(): void {
  const shown = shownNow();
  document.documentElement.dataset.theme = shown;
  shownTheme.set(shown);
}
systemDark.addEventListener("change", apply);

export function chooseTheme(next: Theme): void {
  kept.write(KEY, next === "system" ? null : next);
  theme.set(next);
  apply();
}

export const useTheme = (): Theme => useSyncExternalStore(theme.subscribe, theme.get);
export const useShownTheme = (): "dark" | "light" => useSyncExternalStore(shownTheme.subscribe, shownTheme.get);
