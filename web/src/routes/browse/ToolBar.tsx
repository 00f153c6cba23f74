import { CheckCheck, ImagePlus, RefreshCw, Search, TextSearch } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { QueueInfo } from "@/api/types";
import { FindDialog } from "@/find/FindDialog";
import type { ClassLook } from "@/label/look";
import { Button, IconButton, Tip } from "@/ui/Button";
import { many } from "@/ui/format";
import { inQueue, type Asked } from "./asked";
import { DataMenu } from "./data/DataMenu";
import { PeopleMenu } from "./history/PeopleMenu";
import { QueueOptions } from "./QueueOptions";
import { QueuePicker } from "./QueuePicker";
import { byName } from "./queues";

interface ToolBarProps {
  project: string;
  queues: readonly QueueInfo[];
  looks: readonly ClassLook[];
  asked: Asked;
  onAsk: (next: Asked) => void;
  picking: boolean;
  onPicking: (open: boolean) => void;
  /** The view that is shown, and how many pictures it holds. */
  view: string | null;
  size: number | null;
  tile: number;
  onTile: (px: number) => void;
  old: boolean;
  loading: boolean;
  onRefresh: () => void;
  note: string;
  /** Gives every picture of the view what the model suggests. */
  onConfirmAll: () => void;
  /** Back from what is similar. */
  onBack: () => void;
  /** Gives the keys to the pictures. */
  onGrid: () => void;
}

/** Typing asks once it pauses. */
function SearchField({ asked, onAsk }: Pick<ToolBarProps, "asked" | "onAsk">) {
  const [text, setText] = useState(asked.filter.text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // What else was asked for while the text rested stays.
  const latest = useRef(asked);
  useEffect(() => {
    latest.current = asked;
  }, [asked]);
  // What is typed gives way once a button, a link or the way back asks for another text, not to its own echo.
  const sent = useRef(asked.filter.text.trim());
  useEffect(() => {
    if (asked.filter.text.trim() === sent.current) return;
    sent.current = asked.filter.text.trim();
    clearTimeout(timer.current);
    setText(asked.filter.text);
  }, [asked.filter.text]);
  const ask = (next: string) => {
    sent.current = next.trim();
    onAsk({ ...latest.current, filter: { ...latest.current.filter, text: next } });
  };
  return (
    <div className="search-field">
      <Search size={14} aria-hidden />
      <input
        type="search"
        className="input compact"
        aria-label="Search by file name"
        placeholder="File name"
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(ask, 250, next);
        }}
      />
    </div>
  );
}

function FindButton({ project, view, size }: { project: string; view: string; size: number }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton label="Find by text in these pictures" small onClick={() => setOpen(true)}>
        <TextSearch size={16} aria-hidden />
      </IconButton>
      {open && <FindDialog project={project} view={view} size={size} onClose={() => setOpen(false)} />}
    </>
  );
}

export const ToolBar = memo(function ToolBar(props: ToolBarProps) {
  const { project, queues, looks, asked, onAsk, size, tile, onTile, old, loading, onRefresh, note } = props;
  return (
    <div className="toolbar" role="toolbar" aria-label="View">
      <QueuePicker
        queues={queues}
        queue={asked.queue}
        open={props.picking}
        onOpen={props.onPicking}
        onChoose={(name) => onAsk(inQueue(asked, name))}
        onClosed={props.onGrid}
      />
      <QueueOptions
        project={project}
        queue={byName(queues, asked.queue)}
        asked={asked}
        onAsk={onAsk}
        looks={looks}
        onBack={props.onBack}
      />
      {asked.queue === "certain" && size !== null && size > 0 && (
        <Button small onClick={props.onConfirmAll}>
          <CheckCheck size={14} aria-hidden /> Confirm all
        </Button>
      )}
      <SearchField asked={asked} onAsk={onAsk} />
      {old ? (
        <Button small onClick={onRefresh} className="refresh-old">
          <RefreshCw size={14} aria-hidden /> Refresh
        </Button>
      ) : (
        <IconButton label="Refresh the view" keys="R" small onClick={onRefresh}>
          <RefreshCw size={14} aria-hidden className={loading ? "spin" : ""} />
        </IconButton>
      )}
      <span className="muted small view-size" role="status">
        {size !== null && many(size, "picture")}
      </span>
      {note && (
        <span className="muted small ellipsis view-note" title={note}>
          {note}
        </span>
      )}
      <div className="grow" />
      <label className="size-slider">
        <span className="hidden-but-read">Size of the pictures</span>
        <input
          type="range"
          min={96}
          max={320}
          step={16}
          value={tile}
          onChange={(event) => onTile(Number(event.target.value))}
        />
      </label>
      <Tip text="Add pictures">
        <Link
          className="button quiet icon small"
          to={`/projects?add=${encodeURIComponent(project)}`}
          aria-label="Add pictures"
        >
          <ImagePlus size={16} aria-hidden />
        </Link>
      </Tip>
      {props.view !== null && size !== null && size > 0 && (
        <FindButton project={project} view={props.view} size={size} />
      )}
      <PeopleMenu project={project} looks={looks} asked={asked} onAsk={onAsk} />
      <DataMenu project={project} />
    </div>
  );
});
