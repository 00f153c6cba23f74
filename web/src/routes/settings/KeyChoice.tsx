import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { rebind, useBindings } from "@/app/bindings";
import { rebindDrawing, useDrawBindings } from "@/app/drawBindings";
import { DRAW_KEYS, DRAW_KINDS, keyParts, nameOfKey } from "@/app/drawKeys";
import { BINDABLE, keyName, MEANS, type Bindable } from "@/app/keymap";
import { IconButton } from "@/ui/Button";

interface Choice<K extends string> {
  readonly kinds: readonly K[];
  readonly chosen: Partial<Record<K, string>>;
  readonly means: (kind: K) => string;
  readonly shown: (kind: K) => string;
  /** What a press stands for; null: no key that could be taken. */
  readonly read: (event: React.KeyboardEvent) => string | null;
  /** Says why where it cannot be. */
  readonly put: (kind: K, key: string | null) => string | null;
}

function Choices<K extends string>({ page, choice }: { page: string; choice: Choice<K> }) {
  const [refused, setRefused] = useState<{ kind: K; why: string } | null>(null);
  const put = (kind: K, key: string | null) => {
    const why = choice.put(kind, key);
    setRefused(why === null ? null : { kind, why });
  };
  return (
    <ul aria-label={`Keys of ${page}`}>
      {choice.kinds.map((kind) => {
        const why = refused?.kind === kind ? refused.why : "";
        const id = `${page}-${kind}`;
        return (
          <li key={kind}>
            <span className="grow" id={`means-${id}`}>
              {choice.means(kind)}
            </span>
            <input
              className="input compact key-field"
              aria-labelledby={`means-${id}`}
              aria-invalid={why !== ""}
              aria-describedby={why ? `why-${id}` : undefined}
              value={choice.shown(kind)}
              onChange={() => undefined}
              onKeyDown={(event) => {
                const key = choice.read(event);
                if (key === null) return;
                event.preventDefault();
                put(kind, key);
              }}
            />
            <IconButton
              label={`Its own key again: ${choice.means(kind)}`}
              small
              disabled={!(kind in choice.chosen)}
              onClick={() => put(kind, null)}
            >
              <RotateCcw size={14} aria-hidden />
            </IconButton>
            {why && (
              <span className="field-error small" id={`why-${id}`} role="alert">
                {why}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const LEAVES = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "Meta"]);

/** Which key does what, page by page; kept in this browser. */
export function KeyChoice() {
  const browse = useBindings();
  const draw = useDrawBindings();
  return (
    <div className="stack key-choice">
      <p className="muted">
        Put the caret into a field and press the key that you want. Digits belong to the classes. This browser keeps it.
      </p>
      <h2>Browse</h2>
      <Choices
        page="Browse"
        choice={{
          kinds: Object.keys(BINDABLE) as Bindable[],
          chosen: browse,
          means: (kind) => MEANS[kind],
          shown: (kind) => keyName(browse[kind] ?? BINDABLE[kind]),
          read: (event) => (LEAVES.has(event.key) || event.ctrlKey || event.metaKey ? null : event.key),
          put: rebind,
        }}
      />
      <h2>Annotate</h2>
      <Choices
        page="Annotate"
        choice={{
          kinds: DRAW_KINDS,
          chosen: draw,
          means: (kind) => DRAW_KEYS[kind].means,
          shown: (kind) => keyParts(draw[kind] ?? DRAW_KEYS[kind].key).join(" "),
          read: (event) => (LEAVES.has(event.key) ? null : nameOfKey(event)),
          put: rebindDrawing,
        }}
      />
    </div>
  );
}
