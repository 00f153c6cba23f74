import { Tag } from "lucide-react";
import { Popover } from "radix-ui";
import type { Item } from "@/api/types";
import { give as giving } from "@/label/look";
import { toggleTag } from "@/label/tags";
import { announce, outbox } from "@/app/services";
import { useDrawKeys } from "@/app/drawBindings";
import { StatusLine } from "@/routes/browse/Inspector";
import { Labels } from "@/routes/edit/Labels";
import { Button } from "@/ui/Button";
import type { Desk } from "./desk";

interface PictureClassProps {
  desk: Desk;
  item: Item;
  multi: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** The class of the whole picture, or its tags: what Browse labels. */
export function PictureClass({ desk, item, multi, open, onOpen }: PictureClassProps) {
  const keyOf = useDrawKeys();
  const looks = new Map(desk.classes.map((look) => [look.id, look]));
  const give = (id: number) => {
    const name = looks.get(id)?.name ?? "";
    if (multi) {
      const { on, images } = toggleTag([item], id, (one) => outbox.overlay(one));
      const [first] = images;
      if (first) outbox.push(desk.project, images, first.mark);
      announce(on ? `+ ${name}` : `− ${name}`);
    } else {
      outbox.push(desk.project, [item], giving(id));
      announce(name);
    }
  };
  return (
    <section className="desk-picture-class" aria-label="The whole picture">
      <span className="grow ellipsis small">
        <StatusLine item={item} looks={looks} />
      </span>
      <Popover.Root open={open} onOpenChange={onOpen}>
        <Popover.Trigger asChild>
          <Button small aria-keyshortcuts={keyOf("tag")}>
            <Tag size={13} aria-hidden /> {multi ? "Tags" : "Class of the picture"}
          </Button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            className="popover desk-tags"
            aria-label={multi ? "Tags of the picture" : "Class of the picture"}
            sideOffset={6}
            collisionPadding={12}
            align="end"
          >
            <Labels project={desk.project} item={item} looks={desk.classes} multi={multi} onGive={give} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </section>
  );
}
