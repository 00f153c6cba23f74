import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleDot, CircleX, SquareDashed, Stamp, VectorSquare, X } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Filter, Review } from "@/api/types";
import { to } from "@/app/project";
import type { ClassLook } from "@/label/look";
import { IconButton } from "@/ui/Button";
import { count } from "@/ui/format";
import { toggled } from "./asked";

const REVIEW_ROWS: readonly { review: Review; name: string; icon: typeof Stamp }[] = [
  { review: "todo", name: "to draw", icon: CircleDashed },
  { review: "in_progress", name: "in progress", icon: CircleDot },
  { review: "done", name: "done", icon: CircleCheck },
  { review: "reviewed", name: "reviewed", icon: Stamp },
  { review: "rejected", name: "rejected", icon: CircleX },
];
const OBJECT_ROWS = [
  { word: "some", name: "with objects", icon: VectorSquare },
  { word: "none", name: "without objects", icon: SquareDashed },
] as const;

interface DrawnFiltersProps {
  project: string;
  filter: Filter;
  looks: readonly ClassLook[];
  onSet: (part: Partial<Filter>) => void;
}

/** Pictures by what is drawn in them; nothing where nobody draws. */
export function DrawnFilters({ project, filter, looks, onSet }: DrawnFiltersProps) {
  const { data: about } = useQuery({
    queryKey: keys.objectSummary(project),
    queryFn: () => api.objectSummary(project),
  });
  const reviewed = about ? about.images - about.review.todo : 0;
  const asked = filter.reviews.length > 0 || filter.objects !== "";
  const bears = looks.filter((look) => filter.object_ids.includes(look.id));
  return (
    <>
      {about && (about.drawn > 0 || reviewed > 0 || asked) && (
        <section>
          <h2 className="panel-title">Drawn</h2>
          <ul className="status-rows">
            {REVIEW_ROWS.map(({ review, name, icon: Icon }) => (
              <li key={review}>
                <button
                  type="button"
                  className="filter-row"
                  aria-pressed={filter.reviews.includes(review)}
                  onClick={() => onSet({ reviews: toggled(filter.reviews, review) })}
                >
                  <Icon size={14} aria-hidden />
                  <span className="grow">{name}</span>
                  <span className="muted">{count(about.review[review])}</span>
                </button>
              </li>
            ))}
            {OBJECT_ROWS.map(({ word, name, icon: Icon }) => (
              <li key={word}>
                <button
                  type="button"
                  className="filter-row"
                  aria-pressed={filter.objects === word}
                  onClick={() => onSet({ objects: filter.objects === word ? "" : word })}
                >
                  <Icon size={14} aria-hidden />
                  <span className="grow">{name}</span>
                  <span className="muted">{count(word === "some" ? about.drawn : about.images - about.drawn)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {filter.check !== "" && (
        <section>
          <h2 className="panel-title">Checks of objects</h2>
          <span className="chip region-chip">
            <Link to={`${to.objects(project)}?tab=checks&check=${filter.check}`}>{filter.check}</Link>
            <IconButton label="All pictures again" small onClick={() => onSet({ check: "" })}>
              <X size={12} aria-hidden />
            </IconButton>
          </span>
        </section>
      )}
      {bears.map((look) => (
        <section key={look.id}>
          <h2 className="panel-title">Has an object</h2>
          <span className="chip region-chip">
            <Link to={`${to.objects(project)}?class=${look.id}`}>{look.name}</Link>
            <IconButton
              label={`Also without ${look.name}`}
              small
              onClick={() => onSet({ object_ids: toggled(filter.object_ids, look.id) })}
            >
              <X size={12} aria-hidden />
            </IconButton>
          </span>
        </section>
      ))}
    </>
  );
}
