import { plain, type Schema } from "@/forms/schema";

/** What a variation is, as the schema says it; values of zero and "none" are off. */
export interface Setting {
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  readonly choices: readonly string[];
}

export interface Group {
  readonly name: string;
  readonly title: string;
  readonly settings: readonly Setting[];
}

export type Values = Readonly<Record<string, unknown>>;

const TITLES: Readonly<Record<string, string>> = {
  geometry: "Geometry",
  colour: "Colour",
  blur: "Blur and noise",
  cover: "Cover",
  policy: "Policy",
  mix: "Mix of two pictures",
  copies: "Copies",
};

const NAMES: Readonly<Record<string, string>> = {
  flip: "Flip left-right",
  flip_vertical: "Flip up-down",
  scale: "Zoom",
  translate: "Shift",
  shear: "Slant",
  elastic: "Warp",
  perspective: "Tilt",
  colour: "Saturation",
  grey: "No colour",
  autocontrast: "Auto contrast",
  blur_sigma: "Blur at most",
  jpeg: "JPEG marks",
  erase: "Erase a part",
  policy: "Operations by chance",
  views: "Copies in an epoch",
  cutmix: "CutMix",
};

/** Where a switch puts a variation that was never on: what is usual. */
const USUAL: Readonly<Record<string, number>> = {
  flip: 0.5,
  flip_vertical: 0.5,
  rotate: 15,
  scale: 0.2,
  translate: 0.1,
  shear: 10,
  elastic: 0.05,
  crop: 0.5,
  perspective: 0.2,
  brightness: 0.2,
  contrast: 0.3,
  colour: 0.4,
  hue: 0.05,
  noise: 0.05,
  erase: 0.25,
  mixup: 0.2,
  cutmix: 1,
};
const USUAL_CHANCE = 0.2;

/** Sliders end where more is rarely meant; a preset may lie beyond. */
const REACH: Readonly<Record<string, number>> = { views: 16, mixup: 1, cutmix: 1, elastic: 0.2, noise: 0.2 };

/** Only of use beside another: shown while that is on. */
const NEEDS: Readonly<Record<string, (values: Values) => boolean>> = {
  blur_sigma: (values) => isOn(values.blur),
  operations: (values) => values.policy === "randaugment",
  magnitude: (values) => values.policy === "randaugment" || values.policy === "augmix",
};

/** Never off: they say how, not whether. */
const ALWAYS = new Set(["views", "blur_sigma", "operations", "magnitude", "policy"]);

export const isOn = (value: unknown): boolean => (typeof value === "number" ? value > 0 : value !== "none");
export const hasSwitch = (setting: Setting): boolean => !ALWAYS.has(setting.key);
export const isShown = (setting: Setting, values: Values): boolean => NEEDS[setting.key]?.(values) ?? true;
export const usual = (key: string): number => USUAL[key] ?? USUAL_CHANCE;

const label = (key: string) => NAMES[key] ?? key.charAt(0).toUpperCase() + key.slice(1).replaceAll("_", " ");
const word = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown, other: number): number => (typeof value === "number" ? value : other);

/** The groups of variations in a training's schema. */
export function groupsOf(schema: Schema): Group[] {
  const whole = plain(schema);
  const part = (whole.properties as Record<string, Schema> | undefined)?.augment;
  const groups = new Map<string, Setting[]>();
  for (const [key, one] of Object.entries((part?.properties ?? {}) as Record<string, Schema>)) {
    const name = word(one.group);
    const setting: Setting = {
      key,
      name: label(key),
      about: word(one.description),
      unit: word(one.unit),
      least: number(one.minimum, 0),
      most: number(one.maximum, 1),
      whole: one.type === "integer",
      choices: Array.isArray(one.enum) ? one.enum.map(String) : [],
    };
    groups.set(name, [...(groups.get(name) ?? []), setting]);
  }
  const order = Object.keys(TITLES);
  return [...groups]
    .map(([name, settings]) => ({ name, title: TITLES[name] ?? label(name), settings }))
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** How far a slider reaches: at least to its value. */
export const reach = (setting: Setting, value: number): number =>
  Math.max(value, Math.min(setting.most, REACH[setting.key] ?? setting.most));

export const step = (setting: Setting): number => (setting.whole ? 1 : setting.most > 10 ? 1 : 0.01);

/** A value as one reads it: 15°, 20 %, 0.3. */
export function say(setting: Setting, value: number): string {
  const sign = setting.unit.includes("+-") ? "±" : "";
  const shown = String(Number(value.toFixed(2)));
  if (setting.whole) return shown;
  if (setting.unit.startsWith("degrees")) return `${sign}${shown}°`;
  if (setting.unit.startsWith("px")) return `${shown} px`;
  if (setting.unit.startsWith("share") || (setting.unit === "" && setting.most === 1)) {
    return `${sign}${Math.round(value * 100)} %`;
  }
  return sign + shown;
}

/** How many variations of a group are on. */
export const countOn = (group: Group, values: Values): number =>
  group.settings.filter((one) => (hasSwitch(one) || one.key === "policy") && isOn(values[one.key])).length;
