import { useEffect, useRef, type RefObject } from "react";
import { grab, QUALITIES } from "@/live/camera";
import { choice } from "@/live/choice";
import { Frames } from "@/live/frames";
import { later } from "@/live/browser";
import type { Region } from "@/live/regions";
import type { Watching } from "@/live/watching";
import { useChoice } from "./Options";

/** What "every frame" of a camera means: more are not sent. */
const MOST_FPS = 15;

/** Sends the camera's frames while it is watched; regions are covered before a frame leaves the page. */
export function useFrames(
  watching: Watching,
  video: RefObject<HTMLVideoElement | null>,
  on: boolean,
  regions: readonly Region[],
): void {
  const { frameRate } = useChoice();
  const covered = useRef(regions);
  const frames = useRef<Frames | null>(null);
  useEffect(() => {
    covered.current = regions;
  }, [regions]);
  useEffect(() => {
    if (!on) return;
    const canvas = document.createElement("canvas");
    const made = new Frames(
      {
        later,
        now: () => performance.now(),
        send: (frame) => watching.socket.sendFrame(frame),
        grab: () => {
          const quality = QUALITIES.find(({ name }) => name === choice.get().quality) ?? QUALITIES[0];
          const seen = video.current;
          if (!seen || !quality || !watching.socket.takesFrames()) return Promise.resolve(null);
          return grab(seen, canvas, quality, covered.current);
        },
      },
      1000 / (choice.get().frameRate || MOST_FPS),
    );
    frames.current = made;
    made.start();
    return () => made.stop();
  }, [watching, video, on]);
  useEffect(() => frames.current?.pace(frameRate || MOST_FPS), [frameRate]);
}
