import type { Explanation } from "@/api/types";
import { percent, sentence } from "@/ui/format";
import { methodTitle } from "./wish";

const SHOWN = 5;

/** What the network answers, as bars, and what the map is about. */
export function Answer({ explanation, most = SHOWN }: { explanation: Explanation; most?: number }) {
  const { prediction, method, layer, nothing, note } = explanation;
  const shown = prediction.slice(0, most);
  const about = prediction.find((one) => one.class === explanation.class);
  const rows = about && !shown.includes(about) ? [...shown, about] : shown;
  return (
    <div className="stack tight-stack">
      <ul className="probabilities" aria-label="What the network answers">
        {rows.map((one) => (
          <li key={one.class} className={one.class === explanation.class ? "about" : undefined}>
            <span className="ellipsis">{one.class}</span>
            <span className="p-bar" aria-hidden="true">
              <span style={{ width: `${one.p * 100}%` }} />
            </span>
            <span className="num">{percent(one.p)}</span>
          </li>
        ))}
      </ul>
      <p className="small muted" role="status">
        {nothing ? (
          <>
            Nothing in the picture speaks for <b>{explanation.class}</b>.
          </>
        ) : (
          <>
            Bright: what speaks for <b>{explanation.class}</b>.
          </>
        )}{" "}
        {methodTitle(method)}
        {layer && (
          <>
            {" at "}
            <span className="mono">{layer}</span>
          </>
        )}
        {note && `. ${sentence(note)}`}.
      </p>
    </div>
  );
}
