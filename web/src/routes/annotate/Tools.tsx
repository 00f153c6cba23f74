import {
  Blend,
  Brush,
  CircleDot,
  Eraser,
  MousePointer2,
  Pentagon,
  RectangleHorizontal,
  Scissors,
  Waypoints,
} from "lucide-react";
import type { ComponentType } from "react";
import { useDrawKeys } from "@/app/drawBindings";
import { DRAW_KEYS, type DrawBindable } from "@/app/drawKeys";
import { IconButton } from "@/ui/Button";
import type { Desk } from "./desk";
import { parts } from "./slots";

interface Tool {
  readonly name: string;
  readonly title: string;
  readonly action: DrawBindable;
  readonly icon: ComponentType<{ size?: number }>;
}

function Tilted({ size = 18 }: { size?: number }) {
  return <RectangleHorizontal size={size} style={{ transform: "rotate(-28deg)" }} aria-hidden />;
}

export const TOOLS: readonly Tool[] = [
  { name: "select", title: "Select", action: "select", icon: MousePointer2 },
  { name: "box", title: "Box", action: "box", icon: RectangleHorizontal },
  { name: "obb", title: "Oriented box", action: "obb", icon: Tilted },
  { name: "polygon", title: "Polygon", action: "polygon", icon: Pentagon },
  { name: "brush", title: "Mask brush", action: "brush", icon: Brush },
  { name: "eraser", title: "Mask eraser", action: "eraser", icon: Eraser },
  { name: "point", title: "Point", action: "point", icon: CircleDot },
  { name: "keypoints", title: "Keypoints", action: "keypoints", icon: Waypoints },
  { name: "cut", title: "Cut in two", action: "cut", icon: Scissors },
];

/** Why a tool cannot be chosen; empty when it can. */
export function toolOff(desk: Desk, name: string): string {
  if (name === "keypoints") {
    const skeleton = desk.classes.find((one) => one.id === desk.draftClass)?.skeleton;
    if (!skeleton || skeleton.names.length === 0) return "this class has no skeleton yet";
  }
  if (name === "select" || desk.classes.length > 0) return "";
  return "make a class first";
}

/** The column of tools: what is chosen is pressed; assists follow below a line. */
export function Tools({ desk }: { desk: Desk }) {
  const keyOf = useDrawKeys();
  const joined = parts.flatMap((part) => part.tools ?? []);
  return (
    <div className="desk-tools" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {TOOLS.map(({ name, title, action, icon: Icon }) => {
        const off = toolOff(desk, name);
        return (
          <IconButton
            key={name}
            label={off ? `${title}: ${off}` : title}
            keys={keyOf(action)}
            aria-pressed={desk.tool === name}
            aria-disabled={off !== "" || undefined}
            onClick={() => (off ? desk.say(`${title}: ${off}`) : desk.setTool(name))}
          >
            <Icon size={18} aria-hidden />
          </IconButton>
        );
      })}
      {joined.length > 0 && (
        <>
          <hr />
          <Blend size={12} className="desk-tools-mark" aria-hidden />
          {joined.map(({ name, title, action, icon: Icon, off }) => {
            const why = off?.(desk) ?? "";
            return (
              <IconButton
                key={name}
                label={why ? `${title}: ${why}` : title}
                keys={action in DRAW_KEYS ? keyOf(action as DrawBindable) : undefined}
                aria-pressed={desk.tool === name}
                aria-disabled={why !== "" || undefined}
                onClick={() => (why ? desk.say(`${title}: ${why}`) : desk.setTool(name))}
              >
                <Icon size={18} />
              </IconButton>
            );
          })}
        </>
      )}
    </div>
  );
}
