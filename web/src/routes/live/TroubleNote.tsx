import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import type { Trouble } from "@/live/camera";
import { Button } from "@/ui/Button";
import { sentence } from "@/ui/format";

interface TroubleNoteProps {
  trouble: Trouble;
  tone?: "bad" | "warn";
  onRetry?: () => void;
  retry?: string;
  children?: ReactNode;
}

/** What is wrong and what to do, with the way to try again. */
export function TroubleNote({ trouble, tone = "bad", onRetry, retry = "Try again", children }: TroubleNoteProps) {
  return (
    <div className={`note ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <CircleAlert size={16} color={`var(--${tone})`} aria-hidden />
      <div className="grow">
        <div>{sentence(trouble.title)}</div>
        {trouble.hint && <div className="muted small">{sentence(trouble.hint)}</div>}
        {children}
      </div>
      {onRetry && (
        <Button small onClick={onRetry}>
          <RotateCw size={14} aria-hidden /> {retry}
        </Button>
      )}
    </div>
  );
}
