import { useMutation } from "@tanstack/react-query";
import { Clapperboard, Download, FileJson, Subtitles } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import { media, mediaUrls } from "@/api/media";
import type { Job, Medium } from "@/api/types";
import { Button } from "@/ui/Button";
import { percent } from "@/ui/format";
import { Menu, type MenuItem } from "@/ui/Menu";
import { toasts } from "@/ui/toasts";
import { isActive } from "@/ui/WorkBadge";
import { useChoice } from "./Options";

const LOOK_MS = 700;

function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Has a job draw into a copy of the clip, and saves the copy once it is there. */
function useAnnotated(medium: Medium) {
  const { lang } = useChoice();
  const [job, setJob] = useState<Job | null>(null);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const draw = useMutation({
    mutationFn: async () => {
      let now = await media.annotate(medium.media_id, lang);
      while (isActive(now.state) && here.current) {
        setJob(now);
        await rest(LOOK_MS);
        now = await api.job(now.id);
      }
      return now;
    },
    onSuccess: ({ state, error }) => {
      if (!here.current) return;
      if (state === "done") save(mediaUrls.annotated(medium.media_id));
      else toasts.say("The clip was not drawn.", { tone: "bad", hint: error?.message ?? state });
    },
    onError: (error) => toasts.fail(error),
    onSettled: () => setJob(null),
  });
  const share = job?.total ? job.done / job.total : null;
  return { busy: draw.isPending, share, begin: () => draw.mutate() };
}

/** What was said and seen, as files. */
export function Downloads({ medium, any }: { medium: Medium; any: boolean }) {
  const drawing = useAnnotated(medium);
  const texts = (label: string, kind: "vtt" | "srt" | "jsonl"): MenuItem => ({
    label,
    icon: kind === "jsonl" ? <FileJson size={14} aria-hidden /> : <Subtitles size={14} aria-hidden />,
    onSelect: () => save(mediaUrls.texts(medium.media_id, kind)),
  });
  const all = texts("All that was told, JSON lines", "jsonl");
  const clip: MenuItem = {
    label: "The clip with what was seen",
    hint: "Drawn by a job, then saved as MP4",
    icon: <Clapperboard size={14} aria-hidden />,
    apart: true,
    disabled: drawing.busy,
    onSelect: drawing.begin,
  };
  const items =
    medium.kind === "clip" ? [texts("Subtitles, WebVTT", "vtt"), texts("Subtitles, SRT", "srt"), all, clip] : [all];
  const drawn = drawing.share === null ? "" : ` ${percent(drawing.share, 0)}`;
  return (
    <Menu
      trigger={
        <Button disabled={!any}>
          <Download size={16} aria-hidden /> {drawing.busy ? `Drawing${drawn}` : "Download"}
        </Button>
      }
      items={items}
    />
  );
}
