import { useSyncExternalStore } from "react";
import type { Item } from "@/api/types";
import { outbox } from "@/app/services";
import { shown, type ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { Button, Kbd } from "@/ui/Button";
import { TagList } from "@/routes/browse/classes/TagList";

interface LabelsProps {
  project: string;
  item: Item;
  looks: readonly ClassLook[];
  multi: boolean;
  onGive: (classId: number) => void;
}

/** The class of the picture, or its tags. */
export function Labels({ project, item, looks, multi, onGive }: LabelsProps) {
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  if (looks.length === 0) return <p className="muted small">There are no classes yet; make them in Browse.</p>;
  if (multi) return <TagList project={project} item={item} image={undefined} looks={looks} />;
  const now = shown(item, outbox.overlay(item.id));
  return (
    <div className="edit-classes" role="group" aria-label="Class">
      {looks.map((look) => (
        <Button
          key={look.id}
          small
          className="detail-class"
          aria-pressed={now.status === "labelled" && now.class_id === look.id}
          onClick={() => onGive(look.id)}
        >
          {look.hotkey && <Kbd>{look.hotkey}</Kbd>}
          <Swatch look={look} />
          <span className="grow ellipsis">{look.name}</span>
        </Button>
      ))}
    </div>
  );
}
