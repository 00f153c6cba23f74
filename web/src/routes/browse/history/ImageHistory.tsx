import type { ImageDetail } from "@/api/types";
import type { ClassLook } from "@/label/look";
import { ago } from "@/ui/format";
import "./history.css";
import { changeText } from "./states";

/** Who changed this picture from what to what, and when. */
export function ImageHistory({ image, looks }: { image: ImageDetail; looks: ReadonlyMap<number, ClassLook> }) {
  if (image.history.length === 0) return null;
  return (
    <section>
      <h3>History</h3>
      <ol className="history">
        {image.history.map((entry) => (
          <li key={entry.seq} title={`${entry.description}, ${entry.at}`}>
            <span className="grow">
              {changeText(entry.before, entry.after, looks)}
              <span className="muted history-who">{entry.actor}</span>
            </span>
            <span className="muted">{ago(entry.at)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
