import { kept } from "@/app/kept";
import { Store } from "@/app/store";

/** How picture and shapes are shown on the canvas; kept in this browser. */
export interface CanvasLook {
  /** 1 leaves the picture as it is. */
  readonly brightness: number;
  readonly contrast: number;
  /** How strongly areas are filled, 0 to 1. */
  readonly fill: number;
  /** Distance of the grid's lines in pixels of the picture; 0: none. */
  readonly grid: number;
  readonly snap: boolean;
  readonly hideLabels: boolean;
}

export const PLAIN_LOOK: CanvasLook = {
  brightness: 1,
  contrast: 1,
  fill: 0.18,
  grid: 0,
  snap: true,
  hideLabels: false,
};
const KEY = "sightline.canvas";

export function parseLook(text: string | null): CanvasLook {
  let given: unknown;
  try {
    given = JSON.parse(text ?? "{}");
  } catch {
    return PLAIN_LOOK;
  }
  const value = (typeof given === "object" && given !== null ? given : {}) as Partial<Record<string, unknown>>;
  const number = (name: "brightness" | "contrast" | "fill" | "grid") => {
    const one = value[name];
    return typeof one === "number" && one >= 0 ? one : PLAIN_LOOK[name];
  };
  return {
    brightness: number("brightness"),
    contrast: number("contrast"),
    fill: number("fill"),
    grid: number("grid"),
    snap: value.snap !== false,
    hideLabels: value.hideLabels === true,
  };
}

export const canvasLook = new Store<CanvasLook>(parseLook(kept.read(KEY)));

export function changeLook(part: Partial<CanvasLook>): void {
  const next = { ...canvasLook.get(), ...part };
  kept.write(KEY, JSON.stringify(next));
  canvasLook.set(next);
}
