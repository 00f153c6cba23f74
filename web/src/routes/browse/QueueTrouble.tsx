import {
  CircleDashed,
  GraduationCap,
  ScanSearch,
  ScatterChart,
  Sparkles,
  TextSearch,
  TriangleAlert,
} from "lucide-react";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { ApiError } from "@/api/http";
import type { Project, QueueInfo } from "@/api/types";
import { to } from "@/app/project";
import { Button } from "@/ui/Button";
import { sentence } from "@/ui/format";
import { Empty } from "@/ui/States";
import { Embed } from "./HeadStatus";

interface TroubleProps {
  error: unknown;
  queue: QueueInfo;
  project: string;
  about: Project | undefined;
  onRetry: () => void;
  onQueue: (name: string) => void;
}

const icons: Readonly<Record<string, ReactNode>> = {
  head: <GraduationCap size={32} aria-hidden />,
  embeddings: <ScatterChart size={32} aria-hidden />,
  model: <Sparkles size={32} aria-hidden />,
  text: <TextSearch size={32} aria-hidden />,
};

/** A queue that cannot answer yet says what it needs, and offers just that. */
export function QueueTrouble({ error, queue, project, about, onRetry, onQueue }: TroubleProps) {
  const navigate = useNavigate();
  const refused = error instanceof ApiError ? error : null;
  const waits = refused?.status === 409;
  const needs = waits ? queue.needs : [];
  const icon = needs.map((need) => icons[need]).find(Boolean) ?? <TriangleAlert size={32} aria-hidden />;
  return (
    <div role="alert" className="trouble">
      <Empty
        icon={icon}
        title={waits ? `“${queue.title}” has nothing to go by yet` : "This view could not be made"}
        action={
          <>
            {waits && !about?.queue_ready && <Embed project={project} />}
            {needs.includes("head") && !about?.queue_ready && (
              <Button look="primary" onClick={() => onQueue("auto")}>
                Label in “auto” first
              </Button>
            )}
            {needs.includes("model") && (
              <Button look="primary" onClick={() => void navigate(to.train(project))}>
                Train a network
              </Button>
            )}
            <Button onClick={onRetry}>Try again</Button>
            {queue.name !== "all" && <Button onClick={() => onQueue("all")}>Show all pictures</Button>}
          </>
        }
      >
        {sentence(refused?.message ?? String(error))}
        {refused?.hint && (
          <>
            <br />
            {sentence(refused.hint)}
          </>
        )}
      </Empty>
    </div>
  );
}

/** A queue that waits for words, or for pictures. */
export function QueueAsks({ queue, onQueue }: { queue: string; onQueue: (name: string) => void }) {
  const words = queue === "text";
  return (
    <Empty
      icon={words ? <ScanSearch size={32} aria-hidden /> : <CircleDashed size={32} aria-hidden />}
      title={words ? "What are you looking for?" : "Similar to which picture?"}
      action={<Button onClick={() => onQueue("all")}>Show all pictures</Button>}
    >
      {words
        ? "Type above what the pictures show, such as “a red tractor in snow”, and press Enter."
        : "Choose one or several pictures and press S."}
    </Empty>
  );
}
