/** All tools by name. */
import { run, type Running } from "../running";
import type { ToolName } from "../types";
import { boxTool } from "./box";
import { brushTool } from "./brush";
import { cutTool } from "./cut";
import { obbTool } from "./obb";
import { keypointsTool, pointTool } from "./points";
import { polygonTool } from "./polygon";
import { selectTool } from "./select";

const TOOLS: Readonly<Record<ToolName, () => Running>> = {
  select: () => run(selectTool),
  box: () => run(boxTool),
  obb: () => run(obbTool),
  polygon: () => run(polygonTool),
  brush: () => run(brushTool),
  point: () => run(pointTool),
  keypoints: () => run(keypointsTool),
  cut: () => run(cutTool),
};

export const startTool = (name: ToolName): Running => TOOLS[name]();
