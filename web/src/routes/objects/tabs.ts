import type { ComponentType } from "react";
import { Checks } from "./Checks";
import { Gallery } from "./Gallery";
import { Predictions } from "./predictions/Predictions";
import { Segment } from "./segment/Segment";

export interface ObjectTab {
  readonly value: string;
  readonly name: string;
  /** What it shows: a list at the left (`object-side`) and what it is about beside it. */
  readonly Panel: ComponentType<{ project: string }>;
}

/** The parts of the page, in their order; the first is the one that it opens with. */
export const TABS: readonly ObjectTab[] = [
  { value: "gallery", name: "Gallery", Panel: Gallery },
  { value: "checks", name: "Checks", Panel: Checks },
  { value: "predictions", name: "Predictions", Panel: Predictions },
  { value: "polygons", name: "Boxes to polygons", Panel: Segment },
];
