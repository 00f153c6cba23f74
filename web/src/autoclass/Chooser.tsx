import { X } from "lucide-react";
import { useSyncExternalStore, type CSSProperties } from "react";
import type { PanelProps } from "@/routes/annotate/slots";
import { Swatch } from "@/label/Swatch";
import { IconButton, Kbd } from "@/ui/Button";
import type { AutoClass } from "./autoClass";
import { autoClassOf } from "./joined";
import { boxOf, percent, type Choice } from "./words";
import "./autoclass.css";

const WIDE_PX = 190;
const ROW_PX = 28;
const GAP_PX = 6;

/** Below the object, and never out of sight. */
function spotOf(auto: AutoClass, choice: Choice): CSSProperties | null {
  const { editor } = auto.desk;
  const one = auto.desk.objects().find(({ uid }) => uid === choice.uid);
  if (!editor || !one) return null;
  const [x1, , , y2] = boxOf(one);
  const { x, y } = editor.toScreen({ x: x1, y: y2 });
  const tall = (choice.top.length + 1) * ROW_PX + 2 * GAP_PX;
  return {
    width: WIDE_PX,
    left: `clamp(${GAP_PX}px, ${x}px, calc(100% - ${WIDE_PX + GAP_PX}px))`,
    top: `clamp(${GAP_PX}px, ${y + GAP_PX}px, calc(100% - ${tall + GAP_PX}px))`,
  };
}

function Choose({ auto, choice }: { auto: AutoClass; choice: Choice }) {
  const { desk } = auto;
  useSyncExternalStore(desk.watchView, desk.view);
  const spot = spotOf(auto, choice);
  if (!spot || choice.image !== desk.image) return null;
  return (
    <div className="auto-choice" style={spot} role="group" aria-label="Which class?">
      <p className="small muted" title={choice.why}>
        <span className="grow ellipsis">Which class?</span>
        <IconButton label="Keep the class that it has" keys="Esc" small onClick={auto.close}>
          <X size={13} aria-hidden />
        </IconButton>
      </p>
      {choice.top.map((one, at) => {
        const look = desk.classes.find(({ id }) => id === one.class_id);
        return (
          <button key={one.class_id} type="button" className="auto-option" onClick={() => auto.choose(one.class_id)}>
            <Kbd>{at + 1}</Kbd>
            {look && <Swatch look={look} width={12} />}
            <span className="grow ellipsis">{look?.name ?? one.class}</span>
            <span className="num muted">{percent(one.p)}</span>
          </button>
        );
      })}
    </div>
  );
}

/** Beside an object whose class is not sure: the likeliest ones. It blocks nothing. */
export function Chooser({ desk }: PanelProps) {
  const auto = autoClassOf(desk);
  const { choice } = useSyncExternalStore(auto.view.subscribe, auto.view.get);
  useSyncExternalStore(desk.subscribe, desk.snapshot);
  return choice && <Choose auto={auto} choice={choice} />;
}
