import type { ComponentType } from "react";
import { AdviceLine } from "@/routes/data/AdviceLine";
import { Augment } from "../augment/Augment";
import { PresetPicker } from "../presets/PresetPicker";
import { LoadNow } from "../load/LoadNow";
import { Folds } from "../folds/Folds";
import { RateFinder } from "../sweep/RateFinder";
import type { Spec } from "./spec";

/** What the form tells a part that another folder gives, and what such a part may do. */
export interface SlotProps {
  readonly project: string;
  /** The settings as they stand in the form, complete. */
  readonly spec: Spec;
  /** The preset that they began with; "" for none. */
  readonly preset: string;
  /** Begins anew with a preset. */
  readonly choosePreset: (name: string) => void;
  /** Changes some settings, as `{ augment: { flip: 0.5 } }`; the others stay. */
  readonly change: (part: Spec) => void;
}

/** Each is drawn at its place in the form; one line here puts it there. */
export const SLOTS: {
  /** Above the settings: what suits the data, and why. */
  readonly advice?: ComponentType<SlotProps>;
  /** Above the settings: a preset to begin with. */
  readonly presets?: ComponentType<SlotProps>;
  /** Instead of plain fields: how pictures are varied, and what that makes of them. */
  readonly augment?: ComponentType<SlotProps>;
  /** Below the settings of the schedule: which learning rate suits. */
  readonly rate?: ComponentType<SlotProps>;
  /** Beside the button that starts: what the machine is busy with. */
  readonly load?: ComponentType<SlotProps>;
  /** Beside that button too: one training for each fold. */
  readonly folds?: ComponentType<SlotProps>;
} = { advice: AdviceLine, augment: Augment, presets: PresetPicker, rate: RateFinder, load: LoadNow, folds: Folds };
