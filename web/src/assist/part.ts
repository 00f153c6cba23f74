import { MousePointerClick, ScanSearch, SquareDashedMousePointer } from "lucide-react";
import type { Part } from "@/routes/annotate/slots";
import { BOX, POINT, POINTS } from "./assist";
import { AssistPanel } from "./AssistPanel";
import { AssistStage } from "./AssistStage";
import { assistOf, mount } from "./joined";

/** Assists, as they join the Annotate page. */
export const assistPart: Part = {
  name: "assist",
  tools: [
    {
      name: BOX,
      title: "Box assist: draw a rough box",
      action: "boxAssist",
      icon: ScanSearch,
      beneath: "box",
      off: (desk) => assistOf(desk).off(),
    },
    {
      name: POINT,
      title: "Point assist: click an object; the wheel makes it larger or smaller",
      action: "pointAssist",
      icon: MousePointerClick,
      beneath: "box",
      off: (desk) => assistOf(desk).off(),
    },
    {
      name: POINTS,
      title: "Several points: click on it, with Alt beside it; Enter takes it",
      action: "multiPoint",
      icon: SquareDashedMousePointer,
      beneath: "box",
      off: (desk) => assistOf(desk).off(),
    },
  ],
  side: AssistPanel,
  stage: AssistStage,
  mount,
  act: (desk, action, press) => assistOf(desk).act(action, press),
  release: (desk, action) => assistOf(desk).release(action),
  pointer: (desk, pointer) => assistOf(desk).pointer(pointer),
  wheel: (desk, by, held) => assistOf(desk).wheel(by, held),
};
