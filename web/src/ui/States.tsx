import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { sentence } from "./format";

/** An error with its next step. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const hint = typeof error === "object" && error !== null && "hint" in error ? String(error.hint) : "";
  return (
    <div className="note bad" role="alert">
      <CircleAlert size={16} color="var(--bad)" aria-hidden />
      <div className="grow">
        <div>{sentence(message)}</div>
        {hint && <div className="muted small">{sentence(hint)}</div>}
      </div>
      {onRetry && (
        <Button small onClick={onRetry}>
          <RotateCw size={14} aria-hidden /> Try again
        </Button>
      )}
    </div>
  );
}

export function Empty({
  icon,
  title,
  level: Heading = "h2",
  children,
  action,
}: {
  icon: ReactNode;
  title: string;
  /** A page that is nothing else takes the first. */
  level?: "h1" | "h2";
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      {icon}
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {action && <div className="row">{action}</div>}
    </div>
  );
}

export function Skeleton({ width = "100%", height = 16 }: { width?: number | string; height?: number | string }) {
  return <div className="skeleton" style={{ width, height }} aria-hidden />;
}

export function Skeletons({ count, height }: { count: number; height: number }) {
  return (
    <div className="stack" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, i) => (
        <Skeleton key={i} height={height} />
      ))}
    </div>
  );
}

interface BarProps {
  label: string;
  done: number;
  total: number | null;
  tone?: "good" | "bad";
}

export function Bar({ label, done, total, tone }: BarProps) {
  const known = total !== null && total > 0;
  const percent = known ? Math.min(100, (100 * done) / total) : 0;
  return (
    <div
      className={`bar ${tone ?? ""} ${known ? "" : "unknown"}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={known ? total : undefined}
      aria-valuenow={known ? done : undefined}
    >
      <span style={known ? { width: `${percent}%` } : undefined} />
    </div>
  );
}
