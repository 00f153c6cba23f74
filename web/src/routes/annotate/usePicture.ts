import { useEffect, useState, useSyncExternalStore } from "react";
import { urls } from "@/api/calls";
import { hub, thumbs } from "@/app/services";
import type { Desk } from "./desk";
import { LEVELS, levelFor } from "./levels";

interface Shown {
  readonly key: string;
  readonly src: string;
  readonly level: number;
  readonly failed: boolean;
}

/** The picture beneath what is drawn: its thumbnail at once, then as sharp as the zoom asks for, never less again. */
export function usePicture(desk: Desk, image: number | null, longest: number, tone: string) {
  useSyncExternalStore(desk.watchView, desk.view);
  const link = useSyncExternalStore(hub.onLink, hub.link);
  const key = `${image} ${tone}`;
  const [shown, setShown] = useState<Shown | null>(null);
  const zoom = desk.editor?.camera.zoom ?? 0;
  const now = shown?.key === key ? shown : null;
  const level = longest > 0 ? Math.max(levelFor(longest, zoom, devicePixelRatio), now?.level ?? 0) : 0;

  useEffect(() => {
    if (image === null || level === 0) return;
    let left = false;
    const src = urls.view(image, level, tone);
    const picture = new Image();
    picture.src = src;
    picture
      .decode()
      .then(() => !left && setShown({ key, src, level, failed: false }))
      .catch(() => {
        if (!left)
          setShown((before) => (before?.key === key && !before.failed ? before : { key, src, level: 0, failed: true }));
      });
    return () => {
      left = true;
    };
    // A server that is back is asked again.
  }, [image, level, tone, key, link]);

  // Until the editor knows the picture, its place on the canvas is that of the last one.
  const open = image !== null && desk.image === image;
  const standIn = open ? thumbs.peek(urls.thumb(image, 128)) : undefined;
  return {
    src: open && now && !now.failed ? now.src : standIn,
    failed: link === "live" && (now?.failed ?? false),
    sharp: now !== null && !now.failed,
  };
}

/** The neighbours' pictures are fetched ahead, so that the next key shows its picture at once. */
export function usePrefetch(ids: readonly (number | null)[]): void {
  const wanted = ids.filter((id) => id !== null).join();
  useEffect(() => {
    for (const id of wanted === "" ? [] : wanted.split(",")) new Image().src = urls.view(Number(id), LEVELS[1]);
  }, [wanted]);
}
