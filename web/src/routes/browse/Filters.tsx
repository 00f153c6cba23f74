import { CircleDashed, CircleHelp, CircleSlash, Tag, TriangleAlert, X } from "lucide-react";
import { Link } from "react-router";
import type { Project, Split, Status } from "@/api/types";
import { to } from "@/app/project";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { Button, IconButton } from "@/ui/Button";
import { count } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { filters, noFilter, sliceName, SPLITS, toggled, type Asked } from "./asked";
import { ClassPanel } from "./ClassPanel";
import { DrawnFilters } from "./DrawnFilters";
import type { View } from "./useView";

interface FiltersProps {
  project: string;
  about: Project | undefined;
  asked: Asked;
  onAsk: (next: Asked) => void;
  looks: readonly ClassLook[];
  view: View | null;
  error: unknown;
}

const STATUS_ROWS: readonly { status: Status; icon: typeof Tag }[] = [
  { status: "unlabelled", icon: CircleDashed },
  { status: "labelled", icon: Tag },
  { status: "unsure", icon: CircleHelp },
  { status: "skipped", icon: CircleSlash },
  { status: "conflict", icon: TriangleAlert },
];

function counted(about: Project | undefined, status: Status): number | null {
  if (!about) return null;
  if (status === "labelled" || status === "unsure" || status === "skipped") return about[status];
  return null;
}

export function Filters({ project, about, asked, onAsk, looks, view, error }: FiltersProps) {
  const { filter } = asked;
  const set = (part: Partial<typeof filter>) => onAsk({ ...asked, filter: { ...filter, ...part } });
  const multi = about?.task === "multi";
  const kind = multi ? "tag_ids" : "class_ids";
  const active = filters(filter);
  return (
    <aside className="filters" aria-label="Filters and classes">
      {error !== null && <ErrorNote error={error} />}
      <ClassPanel
        project={project}
        looks={looks}
        multi={multi}
        view={view}
        chosen={filter[kind]}
        onToggle={(id) => set({ [kind]: toggled(filter[kind], id) })}
      />
      <section>
        <h2 className="panel-title">Status</h2>
        <ul className="status-rows">
          {STATUS_ROWS.map(({ status, icon: Icon }) => {
            const number = counted(about, status);
            return (
              <li key={status}>
                <button
                  type="button"
                  className="filter-row"
                  aria-pressed={filter.statuses.includes(status)}
                  onClick={() => set({ statuses: toggled(filter.statuses, status) })}
                >
                  <Icon size={14} aria-hidden />
                  <span className="grow">{status === "conflict" ? "labels disagree" : status}</span>
                  {number !== null && <span className="muted">{count(number)}</span>}
                </button>
              </li>
            );
          })}
        </ul>
      </section>
      <section>
        <h2 className="panel-title">Split</h2>
        <ul className="split-row">
          {SPLITS.map((split: Split) => (
            <li key={split}>
              <button
                type="button"
                className="filter-row"
                aria-pressed={filter.splits.includes(split)}
                onClick={() => set({ splits: toggled(filter.splits, split) })}
              >
                {split}
              </button>
            </li>
          ))}
        </ul>
      </section>
      {about?.queue_ready && looks.length > 0 && (
        <section>
          <h2 className="panel-title">Suggested</h2>
          <ul className="status-rows">
            {looks.map((look) => (
              <li key={look.id}>
                <button
                  type="button"
                  className="filter-row"
                  aria-pressed={filter.predicted_ids.includes(look.id)}
                  aria-label={`Suggested ${look.name}`}
                  onClick={() => set({ predicted_ids: toggled(filter.predicted_ids, look.id) })}
                >
                  <Swatch look={look} width={14} />
                  <span className="grow ellipsis">{look.name}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <DrawnFilters project={project} filter={filter} looks={looks} onSet={set} />
      {filter.region && (
        <section>
          <h2 className="panel-title">On the map</h2>
          <span className="chip region-chip">
            {filter.region.polygon ? "inside the lasso" : `cluster ${(filter.region.cluster ?? 0) + 1}`}
            <IconButton label="All of the map again" small onClick={() => set({ region: null })}>
              <X size={12} aria-hidden />
            </IconButton>
          </span>
        </section>
      )}
      {filter.finding !== "" && (
        <section>
          <h2 className="panel-title">Found in the data</h2>
          <span className="chip region-chip">
            <Link to={to.data(project)}>{filter.finding.replace("-", " ")}</Link>
            <IconButton label="All pictures again" small onClick={() => set({ finding: "" })}>
              <X size={12} aria-hidden />
            </IconButton>
          </span>
        </section>
      )}
      {filter.slice !== "" && (
        <section>
          <h2 className="panel-title">Slice of a training</h2>
          <span className="chip region-chip">
            <Link to={to.run(project, filter.slice.split("/")[0] ?? "")}>{sliceName(filter.slice)}</Link>
            <IconButton label="All pictures again" small onClick={() => set({ slice: "" })}>
              <X size={12} aria-hidden />
            </IconButton>
          </span>
        </section>
      )}
      {active > 0 && (
        <Button small onClick={() => onAsk({ ...asked, filter: noFilter })}>
          Clear {active === 1 ? "the filter" : `${active} filters`}
        </Button>
      )}
    </aside>
  );
}
