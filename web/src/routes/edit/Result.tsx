import { useEffect, useRef, useState } from "react";
import { urls } from "@/api/calls";
import type { Item } from "@/api/types";
import { count } from "@/ui/format";
import { cutOf, quarters, resultOf, type EditState } from "./crop";

const MOST_PX = 216;

/** What a build takes of the picture, drawn as it is being changed. */
export function Result({ item, edit }: { item: Item; edit: EditState }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [image, setImage] = useState<{ id: number; element: HTMLImageElement } | null>(null);
  const picture = { width: Math.max(1, item.width), height: Math.max(1, item.height) };
  const out = resultOf(edit, picture);
  const scale = MOST_PX / Math.max(out.width, out.height);
  const width = Math.max(1, Math.round(out.width * scale));
  const height = Math.max(1, Math.round(out.height * scale));

  useEffect(() => {
    const element = new Image();
    element.onload = () => setImage({ id: item.id, element });
    element.src = urls.view(item.id);
    return () => {
      element.onload = null;
    };
  }, [item.id]);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || image?.id !== item.id) return;
    const size = { width: item.width, height: item.height };
    const cut = cutOf(edit, size);
    const zoom = (quarters(edit.rotate) % 2 ? height : width) / cut.size[0];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.translate(width / 2, height / 2);
    context.rotate((quarters(edit.rotate) * Math.PI) / 2);
    if (edit.flip) context.scale(-1, 1);
    context.rotate((cut.tilt * Math.PI) / 180);
    context.scale(zoom, zoom);
    context.translate(-cut.centre[0], -cut.centre[1]);
    context.imageSmoothingQuality = "high";
    context.drawImage(image.element, 0, 0, size.width, size.height);
  }, [image, item.id, item.width, item.height, edit, width, height]);

  return (
    <figure className="edit-result">
      <div>
        <canvas ref={canvas} width={width} height={height} role="img" aria-label="What a build takes" />
      </div>
      <figcaption className="muted small">
        {count(out.width)} × {count(out.height)} px of {count(item.width)} × {count(item.height)}
      </figcaption>
    </figure>
  );
}
