import { ChevronLeft, ChevronRight, Crop, Download, Flame, PenTool, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { urls } from "@/api/calls";
import { useBindings } from "@/app/bindings";
import { BINDABLE, keyName } from "@/app/keymap";
import { to } from "@/app/project";
import { skip, unsure, type ClassLook } from "@/label/look";
import type { Mark } from "@/label/outbox";
import { Swatch } from "@/label/Swatch";
import { Button, IconButton, Kbd, Tip } from "@/ui/Button";
import { baseName, count } from "@/ui/format";
import { Skeleton } from "@/ui/States";
import { HeatLayer } from "@/routes/explain/Heat";
import { heatOf, useWhy, WhyPanel } from "@/routes/explain/Why";
import { TagList } from "./classes/TagList";
import { ImageHistory } from "./history/ImageHistory";
import { Facts, Probabilities, StatusLine, useImage } from "./Inspector";
import { ScienceStrip } from "./ScienceStrip";
import { Stage } from "./Stage";
import { lookOf, lookQuery, sameLook, wrongIn, type Look } from "./tone";
import { useDetailKey } from "./useDetailKey";
import { useRested } from "./useRested";
import type { View } from "./useView";

interface DetailProps {
  project: string;
  view: View;
  index: number;
  looks: readonly ClassLook[];
  multi: boolean;
  onMark: (mark: Mark) => void;
  onGive: (classId: number) => void;
  onMove: (index: number) => void;
  onClose: () => void;
}

/** The neighbours are fetched ahead, so that the next key shows its picture at once. */
function usePrefetch({ windows }: View, index: number): void {
  useEffect(() => {
    windows.ensure({ start: Math.max(0, index - 4), end: Math.min(windows.size, index + 8) });
    for (const near of [index + 1, index - 1]) {
      const item = windows.get(near);
      if (item) new Image().src = urls.view(item.id);
    }
  }, [windows, index]);
}

export function Detail(props: DetailProps) {
  const { project, view, index, looks, multi, onMark, onGive, onMove, onClose } = props;
  const { windows } = view;
  useSyncExternalStore(windows.subscribe, windows.snapshot);
  usePrefetch(view, index);
  const item = windows.get(index);
  const { data } = useImage(item?.id);
  const image = data && data.id === item?.id ? data : undefined;
  const science = image?.science ?? null;
  const [chosen, setChosen] = useState<Look | null>(null);
  const look = science && (chosen ?? lookOf(science.tone));
  const asked = science && look && !wrongIn(look) && !sameLook(look, lookOf(science.tone)) ? lookQuery(look) : "";
  const query = useRested(asked, 200);
  const [explaining, setExplaining] = useState(false);
  const chosenKeys = useBindings();
  const why = useWhy(project, item?.id, explaining);
  const heat = heatOf(why);
  useDetailKey("explain", () => setExplaining((now) => !now));
  const byId = new Map(looks.map((look) => [look.id, look]));

  return (
    <Dialog.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Content
        className="detail"
        data-page=""
        aria-describedby={undefined}
        onOpenAutoFocus={(event) => {
          event.preventDefault();
          (event.currentTarget as HTMLElement).focus();
        }}
        onInteractOutside={(event) => event.preventDefault()}
      >
        <div className="detail-head">
          <Dialog.Title className="ellipsis">{item ? baseName(item.path) : "Loading"}</Dialog.Title>
          <span className="muted small">
            {count(index + 1)} / {count(windows.size)}
          </span>
          <div className="grow" />
          <IconButton label="Previous picture" keys="←" disabled={index === 0} onClick={() => onMove(index - 1)}>
            <ChevronLeft size={18} aria-hidden />
          </IconButton>
          <IconButton
            label="Next picture"
            keys="→"
            disabled={index >= windows.size - 1}
            onClick={() => onMove(index + 1)}
          >
            <ChevronRight size={18} aria-hidden />
          </IconButton>
          {item && (
            <Tip text="Draw in the picture">
              <Link
                className="button quiet icon"
                to={to.annotate(project, item.id, view.info.id, index)}
                aria-label="Draw in the picture"
              >
                <PenTool size={16} aria-hidden />
              </Link>
            </Tip>
          )}
          <Tip text="Edit the picture">
            <Link
              className="button quiet icon"
              to={to.edit(project, view.info.id, index)}
              aria-label="Edit the picture"
            >
              <Crop size={16} aria-hidden />
            </Link>
          </Tip>
          <IconButton
            label="Where a network looked"
            keys={keyName(chosenKeys.explain ?? BINDABLE.explain)}
            aria-pressed={explaining}
            onClick={() => setExplaining(!explaining)}
          >
            <Flame size={16} aria-hidden />
          </IconButton>
          {item && (
            <a
              className="button quiet icon"
              href={urls.file(item.id)}
              download={baseName(item.path)}
              aria-label="Download the original"
            >
              <Download size={16} aria-hidden />
            </a>
          )}
          <IconButton label="Close the picture" keys="Esc" onClick={onClose}>
            <X size={18} aria-hidden />
          </IconButton>
        </div>
        {item ? (
          <Stage key={item.id} item={item} look={science ? query : ""}>
            {heat && <HeatLayer {...heat} />}
          </Stage>
        ) : (
          <Skeleton height="100%" />
        )}
        <aside className="detail-side" aria-label="About the picture">
          {item && <StatusLine item={item} looks={byId} />}
          {multi && item && <TagList project={project} item={item} image={image} looks={looks} />}
          <div className="detail-classes">
            {!multi &&
              looks.map((look) => (
                <Button key={look.id} small className="detail-class" onClick={() => onGive(look.id)}>
                  {look.hotkey && <Kbd>{look.hotkey}</Kbd>}
                  <Swatch look={look} />
                  <span className="grow ellipsis">{look.name}</span>
                </Button>
              ))}
            <Button small className="detail-class" onClick={() => onMark(unsure)}>
              <Kbd>0</Kbd> unsure
            </Button>
            <Button small className="detail-class" onClick={() => onMark(skip)}>
              <Kbd>X</Kbd> skip
            </Button>
          </div>
          {explaining && <WhyPanel project={project} why={why} />}
          {science && look && <ScienceStrip project={project} science={science} look={look} onLook={setChosen} />}
          {!multi && image && image.probabilities.length > 0 && (
            <section>
              <h3>Probabilities</h3>
              <Probabilities image={image} looks={byId} most={10} />
            </section>
          )}
          {item && <Facts item={item} image={image} />}
          {image && <ImageHistory image={image} looks={byId} />}
        </aside>
      </Dialog.Content>
    </Dialog.Root>
  );
}
