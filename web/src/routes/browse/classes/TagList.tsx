import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore, type CSSProperties } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { ImageDetail, Item } from "@/api/types";
import { announce, outbox } from "@/app/services";
import { shown, type ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { toggleTag } from "@/label/tags";
import { Kbd } from "@/ui/Button";
import { percent } from "@/ui/format";
import "./classes.css";

interface TagListProps {
  project: string;
  item: Item;
  image: ImageDetail | undefined;
  looks: readonly ClassLook[];
}

/** Every tag of one picture: whether it has it, what the head thinks, and from where on the head says yes. */
export function TagList({ project, item, image, looks }: TagListProps) {
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  const { data: head } = useQuery({ queryKey: keys.head(project), queryFn: () => api.head(project) });
  const { tags } = shown(item, outbox.overlay(item.id));
  const chance = new Map(image?.probabilities.map(({ class_id, p }) => [class_id, p]));
  const threshold = new Map(head?.tags?.map((tag) => [tag.class_id, tag.threshold]));
  const toggle = (look: ClassLook) => {
    const { on, images } = toggleTag([item], look.id, (id) => outbox.overlay(id));
    const [first] = images;
    if (first) outbox.push(project, images, first.mark);
    announce(on ? `+ ${look.name}` : `− ${look.name}`);
  };
  return (
    <ul className="tag-list" aria-label="Tags">
      {looks.map((look) => {
        const p = chance.get(look.id);
        const least = threshold.get(look.id);
        const said =
          p === undefined ? "" : `, ${percent(p, 0)}${least === undefined ? "" : ` of ${percent(least, 0)}`}`;
        return (
          <li key={look.id}>
            <label className="check tag-row">
              <input
                type="checkbox"
                checked={tags.includes(look.id)}
                aria-label={`${look.name}${said}`}
                onChange={() => toggle(look)}
              />
              {look.hotkey ? <Kbd>{look.hotkey}</Kbd> : <span className="kbd-gap" />}
              <Swatch look={look} width={12} />
              <span className="grow ellipsis">{look.name}</span>
              {p !== undefined && (
                <>
                  <span
                    className="p-bar tag-bar"
                    aria-hidden="true"
                    title={least === undefined ? "" : `yes from ${percent(least, 0)}`}
                  >
                    <span
                      className="class-fill"
                      style={{ width: `${p * 100}%`, "--class": look.colour } as CSSProperties}
                    />
                    {least !== undefined && <i style={{ left: `${least * 100}%` }} />}
                  </span>
                  <span className={least !== undefined && p >= least ? "num" : "num muted"}>{percent(p, 0)}</span>
                </>
              )}
            </label>
          </li>
        );
      })}
    </ul>
  );
}
