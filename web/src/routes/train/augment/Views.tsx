import type { CSSProperties } from "react";
import type { AugmentShown } from "@/api/types";
import { percent } from "@/ui/format";

type Picture = AugmentShown["pictures"][number];
type Seen = Picture["seen"][number];

const named = (labels: readonly string[]): string => (labels.length > 0 ? labels.join(", ") : "no tag");

function Mixed({ own, seen }: { own: readonly string[]; seen: Seen }) {
  if (!seen.mixed_with) return null;
  return (
    <figcaption className="small">
      {percent(seen.share, 0)} {named(own)}, {percent(1 - seen.share, 0)} {named(seen.mixed_with.labels)}
    </figcaption>
  );
}

/** Pictures, a row each: as they are, then as each epoch of the training sees them. */
export function Views({ shown }: { shown: AugmentShown }) {
  const epochs = shown.pictures[0]?.seen ?? [];
  const tiny = shown.image_size <= 96;
  return (
    <div
      className={tiny ? "vary-views tiny" : "vary-views"}
      style={{ "--columns": epochs.length + 1 } as CSSProperties}
    >
      <div className="vary-line small muted" aria-hidden>
        <span>as it is</span>
        {epochs.map((one) => (
          <span key={one.epoch}>epoch {one.epoch}</span>
        ))}
      </div>
      {shown.pictures.map((picture) => (
        <div key={picture.image_id} className="vary-line" role="group" aria-label={named(picture.labels)}>
          <figure className="vary-original">
            <img src={picture.original} alt={`${named(picture.labels)}, as it is`} />
            <figcaption className="small">{named(picture.labels)}</figcaption>
          </figure>
          {picture.views.map((view, i) => {
            const seen = picture.seen[i];
            return (
              <figure key={seen?.epoch ?? i}>
                <img src={view} alt={`${named(picture.labels)}, in epoch ${seen?.epoch ?? i + 1}`} />
                {seen && <Mixed own={picture.labels} seen={seen} />}
              </figure>
            );
          })}
        </div>
      ))}
    </div>
  );
}
