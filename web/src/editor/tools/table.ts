/** All tools by name. */
import { run, type Running } from "../running";
import type { ToolName } from "../types";
import { boxTool } from "./box";
import { selectTool } from "./select";

const TOOLS: Readonly<Record<ToolName, () => Running>> = {
  select: () => run(selectTool),
  box: () => run(boxTool),
  obb: () => run(boxTool),
  polygon: () => run(boxTool),
  brush: () => run(boxTool),
  point: () => run(boxTool),
  keypoints: () => run(boxTool),
  cut: () => run(boxTool),
};

export const startTool = (name: ToolName): Running => TOOLS[name]();
