import type { Explanation, Layers, ExplainWish } from "@/api/types";
import { kept } from "@/app/kept";

export const plain: ExplainWish = { method: "auto", layer: "", class: null };

const OPACITY = "sightline.explain.opacity";
const FIRST = 0.7;

/** How strong the map is drawn, as it was left. */
export function keptOpacity(): number {
  const value = Number(kept.read(OPACITY) ?? FIRST);
  return value >= 0 && value <= 1 ? value : FIRST;
}
export const keepOpacity = (value: number): void => void kept.write(OPACITY, String(value));

/** A wish that a model can fulfil: what it does not have is left to it. */
export function fitting(wish: ExplainWish, layers: Layers | undefined): ExplainWish {
  if (!layers) return wish;
  const method = layers.methods.find((one) => one.name === wish.method);
  return {
    method: method?.ready ? method.name : "auto",
    layer: layers.layers.some((one) => one.name === wish.layer) ? wish.layer : "",
    class: wish.class !== null && layers.classes.includes(wish.class) ? wish.class : null,
  };
}

/** Where the frame of what the network saw lies over the picture, in percent; null when it saw all of it. */
export function seenFrame({ frame, seen }: Pick<Explanation, "frame" | "seen">): Record<string, string> | null {
  const [width = 1, height = 1] = frame;
  const [left = 0, top = 0, right = width, bottom = height] = seen;
  const gap = 0.01;
  if (left <= gap * width && top <= gap * height && right >= (1 - gap) * width && bottom >= (1 - gap) * height)
    return null;
  const part = (value: number, whole: number) => `${(100 * value) / whole}%`;
  return {
    left: part(left, width),
    top: part(top, height),
    width: part(right - left, width),
    height: part(bottom - top, height),
  };
}

/** The map's address at a size and for ever: its key says all of it. */
export const mapUrl = (one: Pick<Explanation, "map_url">, px = 768): string => `${one.map_url}?px=${px}&v=1`;
export const pictureUrl = (one: Pick<Explanation, "picture_url">, px = 1024): string =>
  `${one.picture_url}?px=${px}&v=1`;

const TITLES: Readonly<Record<string, string>> = {
  gradcam: "Grad-CAM",
  "gradcam++": "Grad-CAM++",
  hirescam: "HiResCAM",
  scorecam: "Score-CAM",
  integrated_gradients: "Integrated gradients",
  rollout: "Attention rollout",
};
export const methodTitle = (name: string): string => TITLES[name] ?? name;
