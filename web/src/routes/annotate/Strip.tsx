import { Check, CircleDashed, CircleX, PencilLine } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Item } from "@/api/types";
import type { Review } from "@/draw/objects";
import type { Windows } from "@/grid/windows";
import { Thumb } from "@/grid/Thumb";
import { baseName, many } from "@/ui/format";
import type { Desk } from "./desk";
import { REVIEW_NAMES } from "./Head";

const AROUND = 14;
const SIGNS = { todo: CircleDashed, in_progress: PencilLine, done: Check, reviewed: Check, rejected: CircleX } as const;

interface StripProps {
  desk: Desk;
  windows: Windows;
  index: number;
  onMove: (at: number) => void;
}

/** The open picture is told by the page, which knows first; the others by the server. */
function told(desk: Desk, item: Item): { review: Review; objects: number } {
  if (item.id !== desk.image) return { review: item.review, objects: item.objects };
  return { review: desk.document?.review ?? item.review, objects: desk.objects().length };
}

/** The pictures before and after, with how far each is. */
export function Strip({ desk, windows, index, onMove }: StripProps) {
  const here = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    here.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [index]);
  const start = Math.max(0, index - AROUND);
  const end = Math.min(windows.size, index + AROUND + 1);
  return (
    <ol className="desk-strip" aria-label="Pictures">
      {Array.from({ length: end - start }, (_, i) => {
        const at = start + i;
        const item = windows.get(at);
        if (!item) return <li key={at}>{!windows.isGone(at) && <span className="strip-gap" />}</li>;
        const { review, objects } = told(desk, item);
        const Sign = SIGNS[review];
        const said = `${at + 1}: ${baseName(item.path)}, ${REVIEW_NAMES[review]}, ${many(objects, "object")}`;
        return (
          <li key={at}>
            <button
              type="button"
              ref={at === index ? here : null}
              aria-current={at === index ? "true" : undefined}
              aria-label={said}
              title={said}
              onClick={() => onMove(at)}
            >
              <Thumb id={item.id} px={128} />
              {review !== "todo" && (
                <span className={`strip-sign ${review}`} aria-hidden>
                  <Sign size={11} strokeWidth={2.5} />
                </span>
              )}
              {objects > 0 && (
                <span className="strip-count" aria-hidden>
                  {objects}
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
