import { BrainCircuit, Camera, History } from "lucide-react";
import { useMemo, useState } from "react";
import { useCommands } from "@/app/commands";
import type { ClassLook } from "@/label/look";
import { IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import { inQueue, type Asked } from "../asked";
import { QuickTrain } from "../quick/QuickTrain";
import { SnapshotsDialog } from "../snapshots/SnapshotsDialog";
import { HistoryDialog } from "./HistoryDialog";

type Shown = "history" | "snapshots" | "train";

interface PeopleMenuProps {
  project: string;
  looks: readonly ClassLook[];
  asked: Asked;
  onAsk: (next: Asked) => void;
}

/** What was done and what is learned from it: two buttons, and three actions of the palette. */
export function PeopleMenu({ project, looks, asked, onAsk }: PeopleMenuProps) {
  const [shown, setShown] = useState<Shown | null>(null);
  const close = () => setShown(null);
  useCommands(
    "people",
    useMemo(
      () => [
        { id: "quick-train", title: "Quick training", section: "Browse", run: () => setShown("train") },
        { id: "history", title: "History", section: "Browse", run: () => setShown("history") },
        { id: "snapshots", title: "Snapshots", section: "Browse", run: () => setShown("snapshots") },
      ],
      [],
    ),
  );
  return (
    <>
      <IconButton label="Quick training" small onClick={() => setShown("train")}>
        <BrainCircuit size={16} aria-hidden />
      </IconButton>
      <Menu
        trigger={
          <IconButton label="History and snapshots" small>
            <History size={16} aria-hidden />
          </IconButton>
        }
        items={[
          { label: "History", icon: <History size={14} aria-hidden />, onSelect: () => setShown("history") },
          { label: "Snapshots", icon: <Camera size={14} aria-hidden />, onSelect: () => setShown("snapshots") },
        ]}
      />
      {shown === "history" && <HistoryDialog project={project} onClose={close} />}
      {shown === "snapshots" && <SnapshotsDialog project={project} looks={looks} onClose={close} />}
      {shown === "train" && (
        <QuickTrain
          project={project}
          onClose={close}
          onDoubts={(model) => {
            close();
            onAsk(inQueue(asked, "disagreement", { against: model }));
          }}
        />
      )}
    </>
  );
}
