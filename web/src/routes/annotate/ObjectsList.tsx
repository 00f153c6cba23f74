import { Eye, EyeOff, Lock, LockOpen } from "lucide-react";
import { memo, useEffect, useMemo, useRef } from "react";
import type { DrawnObject, Kind } from "@/draw/objects";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { count, many } from "@/ui/format";
import type { Desk } from "./desk";
import { useRows } from "./useRows";

const ROW = 28;
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  box: "box",
  obb: "oriented box",
  polygon: "polygon",
  mask: "mask",
  keypoints: "keypoints",
  point: "point",
};

interface RowProps {
  object: DrawnObject;
  number: number;
  look: ClassLook | undefined;
  picked: boolean;
  onPick: (uid: string, add: boolean) => void;
  onHide: (uid: string) => void;
  onLock: (uid: string) => void;
}

const ObjectRow = memo(function ObjectRow({ object, number, look, picked, onPick, onHide, onLock }: RowProps) {
  const name = look?.name ?? `class ${object.class_id}`;
  const said = `${number}: ${name}, ${KIND_NAMES[object.kind]}`;
  return (
    <li className={picked ? "object-row picked" : "object-row"} style={{ top: (number - 1) * ROW }}>
      <button
        type="button"
        className="object-name"
        aria-pressed={picked}
        aria-label={said}
        onClick={(event) => onPick(object.uid, event.shiftKey || event.ctrlKey || event.metaKey)}
      >
        <span className="object-number">{number}</span>
        {look && <Swatch look={look} width={14} />}
        <span className={object.hidden ? "grow ellipsis muted" : "grow ellipsis"}>{name}</span>
        {object.score !== null && <span className="muted num">{object.score.toFixed(2).replace(/^0/, "")}</span>}
        <span className="object-kind muted">{KIND_NAMES[object.kind]}</span>
      </button>
      <button
        type="button"
        className={object.hidden ? "object-sign on" : "object-sign"}
        aria-label={`${object.hidden ? "Show" : "Hide"} ${said}`}
        aria-pressed={object.hidden}
        onClick={() => onHide(object.uid)}
      >
        {object.hidden ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
      </button>
      <button
        type="button"
        className={object.locked ? "object-sign on" : "object-sign"}
        aria-label={`${object.locked ? "Unlock" : "Lock"} ${said}`}
        aria-pressed={object.locked}
        onClick={() => onLock(object.uid)}
      >
        {object.locked ? <Lock size={14} aria-hidden /> : <LockOpen size={14} aria-hidden />}
      </button>
    </li>
  );
});

/** All that is drawn in the picture, as a list: what the canvas shows for those who do not see it. */
export function ObjectsList({ desk }: { desk: Desk }) {
  const box = useRef<HTMLUListElement>(null);
  const objects = desk.objects();
  const selection = desk.selection();
  const picked = useMemo(() => new Set(selection), [selection]);
  const looks = useMemo(() => new Map(desk.classes.map((look) => [look.id, look])), [desk.classes]);
  const { start, end } = useRows(box, ROW, objects.length);
  const first = selection[0];

  // What is selected on the canvas is brought into sight here.
  useEffect(() => {
    const element = box.current;
    const place = first === undefined ? -1 : objects.findIndex((one) => one.uid === first);
    if (!element || place < 0) return;
    const top = place * ROW;
    if (top < element.scrollTop || top + ROW > element.scrollTop + element.clientHeight) {
      element.scrollTop = top - element.clientHeight / 2;
    }
    // Only a new selection moves the list, not every change of the objects.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first]);

  return (
    <section className="desk-objects" aria-label="Objects">
      <h2 className="panel-title">
        Objects <span className="muted">{count(objects.length)}</span>
        {selection.length > 1 && <span className="muted small grow-end">{count(selection.length)} selected</span>}
      </h2>
      {objects.length === 0 && <p className="muted small panel-hint">Nothing is drawn yet.</p>}
      <ul ref={box} className="object-list" aria-label={many(objects.length, "object")}>
        <li className="object-room" style={{ height: objects.length * ROW }} aria-hidden />
        {objects.slice(start, end).map((object, i) => (
          <ObjectRow
            key={object.uid}
            object={object}
            number={start + i + 1}
            look={looks.get(object.class_id)}
            picked={picked.has(object.uid)}
            onPick={desk.pick}
            onHide={desk.toggleHidden}
            onLock={desk.toggleLocked}
          />
        ))}
      </ul>
    </section>
  );
}
