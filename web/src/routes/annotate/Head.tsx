import { CheckCheck, ChevronLeft, ChevronRight, Grid3x3, MessageSquareWarning, SkipForward } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { to } from "@/app/project";
import { useDrawKeys } from "@/app/drawBindings";
import type { Item } from "@/api/types";
import type { Review } from "@/draw/objects";
import { Button, IconButton, Tip } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { baseName, count } from "@/ui/format";
import type { Desk } from "./desk";
import { parts } from "./slots";

export const REVIEW_NAMES: Readonly<Record<Review, string>> = {
  todo: "to do",
  in_progress: "in progress",
  done: "done",
  reviewed: "reviewed",
  rejected: "rejected",
};
const REVIEWS = Object.keys(REVIEW_NAMES) as Review[];

interface HeadProps {
  desk: Desk;
  item: Item | undefined;
  index: number | null;
  size: number;
  onMove: (by: 1 | -1) => void;
  onNext: (done: boolean) => void;
}

/** Where one is, how far the picture is, and the way to the next that needs work. */
export function Head({ desk, item, index, size, onMove, onNext }: HeadProps) {
  const keyOf = useDrawKeys();
  const [rejecting, setRejecting] = useState(false);
  const { document } = desk;
  const joined = parts.flatMap(({ name, head: Part }) => (Part ? [<Part key={name} desk={desk} />] : []));
  const choose = (review: Review) => (review === "rejected" ? setRejecting(true) : desk.review(review));
  return (
    <header className="desk-head">
      <IconButton label="Previous picture" keys="←" disabled={!index} onClick={() => onMove(-1)}>
        <ChevronLeft size={18} aria-hidden />
      </IconButton>
      <span className="desk-place num">
        {index === null ? "–" : count(index + 1)} / {count(size)}
      </span>
      <IconButton
        label="Next picture"
        keys="→"
        disabled={index === null || index >= size - 1}
        onClick={() => onMove(1)}
      >
        <ChevronRight size={18} aria-hidden />
      </IconButton>
      <h1 className="ellipsis" title={item?.path}>
        {item ? baseName(item.path) : "Annotate"}
      </h1>
      {item && item.status !== "unlabelled" && item.status !== "labelled" && (
        <span className="badge warn">{item.status}</span>
      )}
      <div className="grow" />
      {joined}
      {document?.review === "rejected" && document.note && (
        <Tip text={document.note}>
          <span className="desk-note small" role="note">
            <MessageSquareWarning size={14} aria-hidden />
            <span className="ellipsis">{document.note}</span>
          </span>
        </Tip>
      )}
      <select
        className={`input compact desk-review ${document?.review ?? ""}`}
        aria-label="How far this picture is"
        disabled={!document}
        value={document?.review ?? "todo"}
        onChange={(event) => choose(event.target.value as Review)}
      >
        {REVIEWS.map((review) => (
          <option key={review} value={review}>
            {REVIEW_NAMES[review]}
          </option>
        ))}
      </select>
      <Tip text={`Done, and the next that is not (${keyOf("doneNext")})`}>
        <Button small look="primary" disabled={!document} onClick={() => onNext(true)}>
          <CheckCheck size={14} aria-hidden /> Done
        </Button>
      </Tip>
      <IconButton
        label="Next unfinished"
        keys={keyOf("nextUnfinished")}
        disabled={size === 0}
        onClick={() => onNext(false)}
      >
        <SkipForward size={16} aria-hidden />
      </IconButton>
      <Tip text="Back to Browse">
        <Link className="button quiet icon" to={to.browse(desk.project)} aria-label="Back to Browse">
          <Grid3x3 size={16} aria-hidden />
        </Link>
      </Tip>
      {rejecting && (
        <Reject
          note={document?.note ?? ""}
          onClose={() => setRejecting(false)}
          onReject={(note) => {
            desk.review("rejected", note);
            setRejecting(false);
          }}
        />
      )}
    </header>
  );
}

function Reject(props: { note: string; onClose: () => void; onReject: (note: string) => void }) {
  const [note, setNote] = useState(props.note);
  return (
    <Dialog
      open
      onClose={props.onClose}
      title="Reject what is drawn"
      about="Whoever drew it reads why, and the picture counts as unfinished again."
      foot={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button look="danger" onClick={() => props.onReject(note.trim())}>
            Reject
          </Button>
        </>
      }
    >
      <div className="field">
        <label htmlFor="reject-note">What is wrong</label>
        <textarea
          id="reject-note"
          className="input"
          rows={3}
          value={note}
          maxLength={2000}
          placeholder="The two cars at the back are missing"
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
    </Dialog>
  );
}
