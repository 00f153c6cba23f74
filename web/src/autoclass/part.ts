import type { Part } from "@/routes/annotate/slots";
import { AutoPanel, AutoStatus } from "./AutoPanel";
import { Chooser } from "./Chooser";
import { autoClassOf } from "./joined";

/** Auto class, as it joins the Annotate page. */
export const autoClassPart: Part = {
  name: "autoClass",
  side: AutoPanel,
  stage: Chooser,
  status: AutoStatus,
  mount: (desk) => autoClassOf(desk).mount(),
  act: (desk, action, press) => autoClassOf(desk).act(action, press),
  pointer: (desk, pointer) => autoClassOf(desk).pointer(pointer),
};
