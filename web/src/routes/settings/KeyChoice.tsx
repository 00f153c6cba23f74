import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { rebind, useBindings } from "@/app/bindings";
import { BINDABLE, keyName, MEANS, type Bindable } from "@/app/keymap";
import { IconButton } from "@/ui/Button";

const kinds = Object.keys(BINDABLE) as Bindable[];

/** Which key does what on the Browse page; kept in this browser. */
export function KeyChoice() {
  const chosen = useBindings();
  const [refused, setRefused] = useState<{ kind: Bindable; why: string } | null>(null);
  const put = (kind: Bindable, key: string | null) => {
    const why = rebind(kind, key);
    setRefused(why === null ? null : { kind, why });
  };
  return (
    <div className="stack">
      <p className="muted">
        Put the caret into a field and press the key that you want. Digits belong to the classes. This browser keeps it.
      </p>
      <ul className="key-choice">
        {kinds.map((kind) => {
          const why = refused?.kind === kind ? refused.why : "";
          return (
            <li key={kind}>
              <span className="grow" id={`means-${kind}`}>
                {MEANS[kind]}
              </span>
              <input
                className="input compact key-field"
                aria-labelledby={`means-${kind}`}
                aria-invalid={why !== ""}
                aria-describedby={why ? `why-${kind}` : undefined}
                value={keyName(chosen[kind] ?? BINDABLE[kind])}
                onChange={() => undefined}
                onKeyDown={(event) => {
                  if (["Tab", "Escape", "Shift"].includes(event.key) || event.ctrlKey || event.metaKey) return;
                  event.preventDefault();
                  put(kind, event.key);
                }}
              />
              <IconButton
                label={`Its own key again: ${MEANS[kind]}`}
                small
                disabled={!(kind in chosen)}
                onClick={() => put(kind, null)}
              >
                <RotateCcw size={14} aria-hidden />
              </IconButton>
              {why && (
                <span className="field-error small" id={`why-${kind}`} role="alert">
                  {why}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
