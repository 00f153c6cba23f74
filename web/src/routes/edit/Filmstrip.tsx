import { useEffect, useRef } from "react";
import type { Windows } from "@/grid/windows";
import { Thumb } from "@/grid/Thumb";
import { baseName } from "@/ui/format";

const AROUND = 12;

/** The pictures before and after; the one that is being edited in the middle. */
export function Filmstrip({
  windows,
  index,
  onMove,
}: {
  windows: Windows;
  index: number;
  onMove: (at: number) => void;
}) {
  const here = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    here.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [index]);
  const start = Math.max(0, index - AROUND);
  const end = Math.min(windows.size, index + AROUND + 1);
  return (
    <ol className="filmstrip" aria-label="Pictures">
      {Array.from({ length: end - start }, (_, i) => {
        const at = start + i;
        const item = windows.get(at);
        return (
          <li key={at}>
            <button
              type="button"
              ref={at === index ? here : null}
              aria-current={at === index ? "true" : undefined}
              aria-label={item ? `${at + 1}: ${baseName(item.path)}` : `${at + 1}`}
              onClick={() => onMove(at)}
            >
              {item && <Thumb id={item.id} px={128} />}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
