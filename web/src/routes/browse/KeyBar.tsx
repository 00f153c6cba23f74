import { X } from "lucide-react";
import { memo } from "react";
import { useBindings } from "@/app/bindings";
import { BINDABLE, keyName } from "@/app/keymap";
import { skip, unsure, type ClassLook } from "@/label/look";
import type { Mark } from "@/label/outbox";
import { Swatch } from "@/label/Swatch";
import { IconButton, Kbd } from "@/ui/Button";
import { count } from "@/ui/format";

interface KeyBarProps {
  looks: readonly ClassLook[];
  picked: number;
  onMark: (mark: Mark) => void;
  onGive: (classId: number) => void;
  /** In a project of tags: says that there is none of them; else null. */
  onNone: (() => void) | null;
  onClear: () => void;
  /** Null while the model suggests nothing. */
  onAccept: (() => void) | null;
}

/** What the keys do, to be read and to be clicked. */
export const KeyBar = memo(function KeyBar(props: KeyBarProps) {
  const { looks, picked, onMark, onGive, onNone, onClear, onAccept } = props;
  const chosen = useBindings();
  const withKeys = looks
    .filter((look) => look.hotkey !== null)
    .sort((a, b) => (a.hotkey ?? "").localeCompare(b.hotkey ?? ""));
  return (
    <div className="keybar" role="toolbar" aria-label="Label">
      <span className="small keybar-target" role="status">
        {picked > 0 ? (
          <>
            <b>{count(picked)}</b> selected
          </>
        ) : (
          <span className="muted">focused picture</span>
        )}
      </span>
      {picked > 0 && (
        <IconButton label="Select nothing" keys="Esc" small onClick={onClear}>
          <X size={14} aria-hidden />
        </IconButton>
      )}
      <div className="keybar-keys">
        {onAccept && (
          <button type="button" className="key-chip" onClick={onAccept}>
            <Kbd>{keyName(chosen.accept ?? BINDABLE.accept)}</Kbd> accept
          </button>
        )}
        {withKeys.map((look) => (
          <button key={look.id} type="button" className="key-chip" onClick={() => onGive(look.id)}>
            <Kbd>{look.hotkey}</Kbd>
            <Swatch look={look} width={12} />
            <span className="ellipsis">{look.name}</span>
          </button>
        ))}
        {onNone && (
          <button type="button" className="key-chip" onClick={onNone}>
            <Kbd>{keyName(chosen.reject ?? BINDABLE.reject)}</Kbd> none of these
          </button>
        )}
        <button type="button" className="key-chip" onClick={() => onMark(unsure)}>
          <Kbd>{keyName(chosen.unsure ?? BINDABLE.unsure)}</Kbd> unsure
        </button>
        <button type="button" className="key-chip" onClick={() => onMark(skip)}>
          <Kbd>{keyName(chosen.skip ?? BINDABLE.skip)}</Kbd> skip
        </button>
      </div>
    </div>
  );
});
