import type { Mistake } from "@/api/types";
import { Thumb } from "@/grid/Thumb";
import { fixed } from "@/ui/format";

interface Props {
  readonly mistakes: readonly Mistake[];
  readonly classes: readonly string[];
}

/** Pictures whose nearest is of another class, side by side with it, the nearest first. */
export function NearestWrong({ mistakes, classes }: Props) {
  if (mistakes.length === 0)
    return <p className="muted">Every picture of this split lies nearest to one of its own class.</p>;
  const name = (place: number | null) => (place === null ? "?" : (classes[place] ?? "?"));
  return (
    <ul className="mistakes">
      {mistakes.slice(0, 24).map((one) => (
        <li key={one.image_id}>
          <div className="nearest-pair">
            <Thumb id={one.image_id} alt={name(one.true)} />
            {one.neighbour !== undefined && <Thumb id={one.neighbour} alt={`nearest to it: ${name(one.predicted)}`} />}
          </div>
          <p className="small">
            <b>{name(one.true)}</b> <span className="muted">nearest to</span>{" "}
            <b className="wrong">{name(one.predicted)}</b>
          </p>
          <p className="small muted">cosine {fixed(one.probability, 2)}</p>
        </li>
      ))}
    </ul>
  );
}
