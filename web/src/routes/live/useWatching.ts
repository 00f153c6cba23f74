import { useEffect, useMemo } from "react";
import type { Medium } from "@/api/types";
import { browserSocket } from "@/live/browser";
import { choice } from "@/live/choice";
import { browserVoice } from "@/live/voice";
import { Watching } from "@/live/watching";
import { useChoice } from "./Options";

const voice = browserVoice();

/** Follows the narration of a medium for as long as the page shows it, with what was told before. */
export function useWatching(medium: Medium): Watching {
  const id = medium.media_id;
  const watching = useMemo(() => new Watching(id, choice.get(), browserSocket, voice), [id]);
  const { engine, lang, everyS, frameRate, voice: speaks } = useChoice();
  useEffect(() => {
    watching.start();
    const back = () => watching.socket.retryNow();
    window.addEventListener("online", back);
    return () => {
      window.removeEventListener("online", back);
      watching.stop();
    };
  }, [watching]);
  useEffect(() => {
    watching.socket.change({ engine, lang, everyS, frameRate });
  }, [watching, engine, lang, everyS, frameRate]);
  useEffect(() => watching.speak(speaks), [watching, speaks]);
  return watching;
}
