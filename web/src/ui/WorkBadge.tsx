import { CircleCheck, CircleDashed, CirclePause, CircleX, LoaderCircle, Unplug } from "lucide-react";
import type { Work } from "@/api/types";

const LOOKS: Record<Work, { tone: string; icon: typeof CircleCheck }> = {
  queued: { tone: "", icon: CircleDashed },
  running: { tone: "accent", icon: LoaderCircle },
  done: { tone: "good", icon: CircleCheck },
  failed: { tone: "bad", icon: CircleX },
  cancelled: { tone: "", icon: CirclePause },
  interrupted: { tone: "warn", icon: Unplug },
};

/** How a job or a training stands: by word, sign and colour. */
export function WorkBadge({ state }: { state: Work }) {
  const { tone, icon: Icon } = LOOKS[state];
  return (
    <span className={`badge ${tone}`}>
      <Icon size={12} aria-hidden className={state === "running" ? "spin" : ""} />
      {state}
    </span>
  );
}

export const isActive = (state: Work): boolean => state === "running" || state === "queued";
