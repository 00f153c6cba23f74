import { useQuery } from "@tanstack/react-query";
import { Dices, ImagePlus, RefreshCw, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { Button, IconButton, Tip } from "@/ui/Button";
import { many } from "@/ui/format";
import type { Asked } from "./asked";
import { HeadStatus } from "./HeadStatus";

interface ToolBarProps {
  project: string;
  asked: Asked;
  onAsk: (next: Asked) => void;
  size: number | null;
  tile: number;
  onTile: (px: number) => void;
  old: boolean;
  loading: boolean;
  onRefresh: () => void;
  note: string;
}

/** Typing asks once it pauses. */
function SearchField({ asked, onAsk }: Pick<ToolBarProps, "asked" | "onAsk">) {
  const [text, setText] = useState(asked.filter.text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [seen, setSeen] = useState(asked.filter.text);
  if (seen !== asked.filter.text) {
    setSeen(asked.filter.text);
    if (asked.filter.text.trim() !== text.trim()) setText(asked.filter.text);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
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
          timer.current = setTimeout(() => onAsk({ ...asked, filter: { ...asked.filter, text: next } }), 250);
        }}
      />
    </div>
  );
}

export function ToolBar({ project, asked, onAsk, size, tile, onTile, old, loading, onRefresh, note }: ToolBarProps) {
  const { data: queues } = useQuery({ queryKey: keys.queues, queryFn: api.queues, staleTime: Infinity });
  const all = queues ?? [{ name: "all", description: "Every picture" }];
  const about = all.find((queue) => queue.name === asked.queue)?.description ?? "";
  return (
    <div className="tools">
      <div className="toolbar" role="toolbar" aria-label="View">
        <label className="queue-choice">
          <span className="muted small">Queue</span>
          <select
            className="input compact"
            value={asked.queue}
            title={about}
            onChange={(event) => onAsk({ ...asked, queue: event.target.value, seed: null })}
          >
            {all.map((queue) => (
              <option key={queue.name} value={queue.name}>
                {queue.name}
              </option>
            ))}
          </select>
        </label>
        {asked.queue === "random" && (
          <IconButton
            label="Shuffle again"
            small
            onClick={() => onAsk({ ...asked, seed: Math.floor(Math.random() * 1e9) })}
          >
            <Dices size={14} aria-hidden />
          </IconButton>
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
        <HeadStatus project={project} />
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
      </div>
    </div>
  );
}
