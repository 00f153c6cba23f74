import { useMemo, useState } from "react";
import { urls } from "@/api/calls";
import { drawings } from "@/app/services";
import { difference, type Conflict, type Way } from "@/draw/merge";
import type { DrawnObject } from "@/draw/objects";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { outline } from "./outline";

interface SideProps {
  title: string;
  about: string;
  conflict: Conflict;
  /** What only this side has, or has otherwise. */
  own: readonly DrawnObject[];
  rest: readonly DrawnObject[];
}

/** So many shapes of a side are drawn at most: more cannot be told apart at this size. */
const MOST_DRAWN = 2000;

function Side({ title, about, conflict, own, rest }: SideProps) {
  const { width, height, image_id } = conflict.theirs;
  const r = Math.max(width, height) / 100;
  const path = (objects: readonly DrawnObject[]) =>
    objects
      .slice(0, MOST_DRAWN)
      .map((one) => outline(one, r))
      .join("");
  return (
    <figure className="merge-side">
      <figcaption>
        <b>{title}</b> <span className="muted small">{about}</span>
      </figcaption>
      <div className="merge-picture" style={{ aspectRatio: `${width} / ${height}` }}>
        <img src={urls.view(image_id, 1024)} alt="" />
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <path className="merge-rest" d={path(rest)} />
          <path className="merge-own" d={path(own)} />
        </svg>
      </div>
    </figure>
  );
}

const WAYS: readonly (readonly [Way, string, string])[] = [
  ["both", "Both", "their changes and yours; what both changed stands there twice"],
  ["mine", "Mine", "exactly what you see; their changes go"],
  ["theirs", "Theirs", "exactly what they have; your changes go"],
];

interface MergeDialogProps {
  conflict: Conflict;
  onClose: () => void;
}

/** Two people have changed one picture: what each has, and what is to stay. Nothing is lost until one is chosen. */
export function MergeDialog({ conflict, onClose }: MergeDialogProps) {
  const [way, setWay] = useState<Way>("both");
  const { onlyMine, onlyTheirs, changed, same } = useMemo(() => {
    const found = difference(conflict);
    const differs = new Set([...found.onlyMine, ...found.changed.map(({ mine }) => mine)]);
    return { ...found, same: conflict.mine.filter((one) => !differs.has(one)) };
  }, [conflict]);
  const said = (only: number) =>
    [only > 0 && `${count(only)} of its own`, changed.length > 0 && `${count(changed.length)} differ`]
      .filter(Boolean)
      .join(", ") || "nothing of its own";
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Somebody else has changed this picture"
      about={`You both drew in it at the same time. ${many(same.length, "object")} are the same.`}
      foot={
        <>
          <Button onClick={onClose}>Later</Button>
          <Button
            look="primary"
            onClick={() => {
              drawings.resolve(conflict.theirs.image_id, way);
              onClose();
            }}
          >
            Keep {way}
          </Button>
        </>
      }
    >
      <div className="merge-sides">
        <Side
          title="Mine"
          about={said(onlyMine.length)}
          conflict={conflict}
          own={[...onlyMine, ...changed.map(({ mine }) => mine)]}
          rest={same}
        />
        <Side
          title="Theirs"
          about={said(onlyTheirs.length)}
          conflict={conflict}
          own={[...onlyTheirs, ...changed.map(({ theirs }) => theirs)]}
          rest={same}
        />
      </div>
      <fieldset className="radio-list">
        <legend className="hidden-but-read">What stays</legend>
        {WAYS.map(([value, name, about]) => (
          <label key={value} className="check" htmlFor={`merge-${value}`}>
            <input
              id={`merge-${value}`}
              type="radio"
              name="merge-way"
              checked={way === value}
              onChange={() => setWay(value)}
            />
            <b>{name}</b>
            <span className="muted">{about}</span>
          </label>
        ))}
      </fieldset>
    </Dialog>
  );
}
