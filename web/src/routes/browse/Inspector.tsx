import { useQuery } from "@tanstack/react-query";
import { MousePointerClick, PenTool } from "lucide-react";
import { memo, useSyncExternalStore, type CSSProperties } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { ImageDetail, Item } from "@/api/types";
import { to } from "@/app/project";
import { outbox } from "@/app/services";
import { Thumb } from "@/grid/Thumb";
import type { Windows } from "@/grid/windows";
import { shown, type ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { tagText } from "@/label/tags";
import { baseName, bytes, many, percent } from "@/ui/format";
import { TagList } from "./classes/TagList";
import { ImageHistory } from "./history/ImageHistory";
import { SimilarStrip } from "./SimilarStrip";
import { useRested } from "./useRested";

export function useImage(id: number | undefined) {
  const rested = useRested(id, 120);
  return useQuery({
    queryKey: keys.image(rested ?? 0),
    queryFn: ({ signal }) => api.image(rested ?? 0, signal),
    enabled: rested !== undefined && rested === id,
  });
}

export function Probabilities({
  image,
  looks,
  most = 6,
}: {
  image: ImageDetail;
  looks: ReadonlyMap<number, ClassLook>;
  most?: number;
}) {
  const best = [...image.probabilities].sort((a, b) => b.p - a.p).slice(0, most);
  if (best.length === 0) return null;
  return (
    <ul className="probabilities" aria-label="Probabilities">
      {best.map(({ class_id, p }) => {
        const look = looks.get(class_id);
        return (
          <li key={class_id}>
            <span className="ellipsis">{look?.name ?? `class ${class_id}`}</span>
            <span className="p-bar" aria-hidden="true">
              <span
                className={look ? "class-fill" : ""}
                style={{ width: `${p * 100}%`, "--class": look?.colour } as CSSProperties}
              />
            </span>
            <span className="num">{percent(p, p > 0.995 || p < 0.005 ? 1 : 0)}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function StatusLine({ item, looks }: { item: Item; looks: ReadonlyMap<number, ClassLook> }) {
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  const now = shown(item, outbox.overlay(item.id));
  const look = now.class_id === null ? undefined : looks.get(now.class_id);
  if (now.status === "labelled" && look) {
    return (
      <span className="row status-line">
        <Swatch look={look} /> {look.name}
      </span>
    );
  }
  const tags = tagText(now, looks);
  if (tags) return <span className="status-line">{tags}</span>;
  return <span className="status-line">{now.status === "conflict" ? "labels disagree" : now.status}</span>;
}

export function Facts({ item, image }: { item: Item; image: ImageDetail | undefined }) {
  return (
    <dl className="facts">
      <dt>Size</dt>
      <dd>
        {item.width} × {item.height}
        {image && `, ${bytes(image.bytes)} ${image.format}`}
      </dd>
      {item.page > 0 && (
        <>
          <dt>Page</dt>
          <dd>{item.page + 1}</dd>
        </>
      )}
      <dt>Split</dt>
      <dd>{item.split}</dd>
      {item.why && (
        <>
          <dt>Why here</dt>
          <dd>{item.why}</dd>
        </>
      )}
      {image?.locations.map((path, i) => (
        <div key={path} className="facts-row">
          <dt>{i === 0 ? "File" : ""}</dt>
          <dd className="mono">{path}</dd>
        </div>
      ))}
    </dl>
  );
}

interface InspectorProps {
  project: string;
  /** Id of the view, for the pages that go through it; empty while there is none. */
  view: string;
  windows: Windows | null;
  index: number;
  looks: ReadonlyMap<number, ClassLook>;
  multi: boolean;
  onOpen: () => void;
  /** Null where nothing can be compared. */
  onSimilar: (() => void) | null;
}

const never = () => () => undefined;
const zero = () => 0;

/** All about the picture under the focus. */
export const Inspector = memo(function Inspector(props: InspectorProps) {
  const { project, view, windows, index, looks, multi, onOpen, onSimilar } = props;
  useSyncExternalStore(windows?.subscribe ?? never, windows?.snapshot ?? zero);
  const item = windows?.get(index);
  const { data } = useImage(item?.id);
  if (!item) {
    return (
      <aside className="inspector" aria-label="Picture">
        <div className="inspector-empty muted small">
          <MousePointerClick size={20} aria-hidden />
          Choose a picture to see all about it.
        </div>
      </aside>
    );
  }
  const image = data?.id === item.id ? data : undefined;
  return (
    <aside className="inspector" aria-label="Picture">
      <button type="button" className="inspector-picture" onClick={onOpen} aria-label={`Open ${baseName(item.path)}`}>
        <Thumb id={item.id} px={512} />
      </button>
      <h2 className="inspector-name">{baseName(item.path)}</h2>
      <StatusLine item={item} looks={looks} />
      <Link className="button small inspector-draw" to={to.annotate(project, item.id, view, index)}>
        <PenTool size={14} aria-hidden />
        {item.objects > 0 ? `${many(item.objects, "object")} drawn` : "Draw in it"}
      </Link>
      {multi && <TagList project={project} item={item} image={image} looks={[...looks.values()]} />}
      {!multi && image && <Probabilities image={image} looks={looks} />}
      <Facts item={item} image={image} />
      {onSimilar && <SimilarStrip project={project} id={item.id} onSimilar={onSimilar} />}
      {image && <ImageHistory image={image} looks={looks} />}
    </aside>
  );
});
