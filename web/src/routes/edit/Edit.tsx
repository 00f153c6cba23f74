import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Grid3x3, Hammer, ImagePlus, Layers, TextCursorInput } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Link, useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { useAddress } from "@/app/address";
import { useCommands } from "@/app/commands";
import { travel } from "@/app/history";
import { isTyping } from "@/app/keymap";
import { to } from "@/app/project";
import { announce, outbox, queries } from "@/app/services";
import { UnknownProject } from "@/app/UnknownProject";
import { give as giving } from "@/label/look";
import { useClasses } from "@/routes/browse/useClasses";
import { useRefusals } from "@/routes/browse/useRefusals";
import { toggleTag } from "@/label/tags";
import { Button, IconButton } from "@/ui/Button";
import { baseName, count } from "@/ui/format";
import { Empty, ErrorNote, Skeleton } from "@/ui/States";
import { BuildDialog } from "./BuildDialog";
import { Controls } from "./Controls";
import { CropStage } from "./CropStage";
import { shaped, shareRatio, turned } from "./crop";
import { Filmstrip } from "./Filmstrip";
import { Labels } from "./Labels";
import { RenameDialog } from "./RenameDialog";
import { Result } from "./Result";
import { useEdit } from "./useEdit";
import { useFilm } from "./useFilm";
import { WholeDialog } from "./WholeDialog";
import "@/routes/browse/browse.css";
import "./edit.css";

type Open = "whole" | "rename" | "build" | null;

export function Component() {
  const { project = "" } = useParams();
  const { data, error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <Editor key={project} project={project} multi={data?.task === "multi"} />;
}

function Editor({ project, multi }: { project: string; multi: boolean }) {
  const [search, setSearch] = useAddress();
  const { film, error, retry } = useFilm(project, search.get("view") ?? "");
  const windows = film?.windows;
  useSyncExternalStore(windows?.subscribe ?? never, windows?.snapshot ?? zero);
  useRefusals();
  const size = windows?.size ?? 0;
  const index = Math.min(Math.max(0, Number(search.get("at")) || 0), Math.max(0, size - 1));
  const item = windows?.get(index);
  const classes = useClasses(project);
  const { edit, change, reset, settled, saving, error: lost, refetch } = useEdit(project, item);
  const [open, setOpen] = useState<Open>(null);

  useEffect(
    () => windows?.ensure({ start: Math.max(0, index - 16), end: Math.min(size, index + 17) }),
    [windows, index, size],
  );

  // The next key goes on from where the last one leads, however late that is shown.
  const here = useRef(index);
  useEffect(() => {
    here.current = index;
  }, [index]);
  const move = useCallback(
    (at: number) => {
      if (at < 0 || at >= size) return;
      here.current = at;
      setSearch(
        (now) => {
          const next = new URLSearchParams(now);
          if (film) next.set("view", film.view);
          next.set("at", String(at));
          return next;
        },
        { replace: true },
      );
    },
    [size, film, setSearch],
  );
  const give = useCallback(
    (id: number) => {
      if (!item) return;
      const name = classes.byId.get(id)?.name ?? "";
      if (multi) {
        const { on, images } = toggleTag([item], id, (one) => outbox.overlay(one));
        const [first] = images;
        if (first) outbox.push(project, images, first.mark);
        announce(on ? `+ ${name}` : `− ${name}`);
      } else {
        outbox.push(project, [item], giving(id));
        announce(name);
      }
    },
    [item, multi, project, classes.byId],
  );
  const turn = useCallback(
    (by: number) => {
      if (!edit || !item) return;
      const rotate = turned(edit.rotate + by);
      const ratio = shareRatio({ ...edit, rotate }, item);
      change({ rotate, ...(ratio > 0 && { crop: shaped(edit.crop, ratio) }) }, true);
    },
    [edit, item, change],
  );
  const flip = useCallback(() => edit && change({ flip: !edit.flip }, true), [edit, change]);
  const go = useCallback(
    async (way: "undo" | "redo") => {
      await settled();
      await travel(project, way);
      void queries.invalidateQueries({ queryKey: keys.images });
    },
    [project, settled],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
      const command = event.ctrlKey || event.metaKey;
      const letter = event.key.toLowerCase();
      if (command && (letter === "z" || letter === "y")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        void go(letter === "y" || event.shiftKey ? "redo" : "undo");
        return;
      }
      if (command || event.altKey) return;
      const slides =
        event.target instanceof HTMLInputElement ||
        (event.target instanceof Element && event.target.closest(".edit-frame, [role=toolbar]") !== null);
      const look = classes.list.find((one) => one.hotkey === event.key);
      if (event.key === "ArrowLeft" && !slides) move(here.current - 1);
      else if (event.key === "ArrowRight" && !slides) move(here.current + 1);
      else if (letter === "r") turn(event.shiftKey ? -90 : 90);
      else if (letter === "f") flip();
      else if (event.key === "Backspace" || event.key === "Delete") reset();
      else if (look) give(look.id);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [classes.list, move, turn, flip, reset, give, go]);

  useCommands(
    "edit",
    useMemo(
      () => [
        { id: "edit-right", section: "Edit", title: "Turn to the right", keys: "R", run: () => turn(90) },
        { id: "edit-flip", section: "Edit", title: "Mirror left to right", keys: "F", run: flip },
        { id: "edit-reset", section: "Edit", title: "Reset the picture", run: reset },
        { id: "edit-whole", section: "Edit", title: "Edit all pictures of the view", run: () => setOpen("whole") },
        { id: "edit-rename", section: "Edit", title: "Rename pictures", run: () => setOpen("rename") },
        { id: "edit-build", section: "Edit", title: "Build pictures", run: () => setOpen("build") },
      ],
      [turn, flip, reset],
    ),
  );

  const renew = async () => windows?.renew();
  const none = film !== null && size === 0;
  return (
    <main className="edit">
      <header className="edit-head">
        <h1 className="ellipsis">{item ? baseName(item.path) : "Edit"}</h1>
        <span className="muted small">{size > 0 && `${count(index + 1)} / ${count(size)}`}</span>
        <span className="muted small" role="status">
          {saving ? "saving …" : edit ? "saved" : ""}
        </span>
        <div className="grow" />
        <IconButton label="Previous picture" keys="←" disabled={index === 0} onClick={() => move(index - 1)}>
          <ChevronLeft size={18} aria-hidden />
        </IconButton>
        <IconButton label="Next picture" keys="→" disabled={index >= size - 1} onClick={() => move(index + 1)}>
          <ChevronRight size={18} aria-hidden />
        </IconButton>
        <Button small disabled={!edit} onClick={() => setOpen("whole")}>
          <Layers size={14} aria-hidden /> Edit all
        </Button>
        <Button small disabled={!film || none} onClick={() => setOpen("rename")}>
          <TextCursorInput size={14} aria-hidden /> Rename
        </Button>
        <Button small look="primary" disabled={none} onClick={() => setOpen("build")}>
          <Hammer size={14} aria-hidden /> Build
        </Button>
      </header>
      {error ? (
        <div className="edit-note">
          <ErrorNote error={error} onRetry={retry} />
        </div>
      ) : none ? (
        <Empty
          icon={<ImagePlus size={28} aria-hidden />}
          title="No pictures to edit"
          action={
            <Link className="button primary" to={`/projects?add=${encodeURIComponent(project)}`}>
              Add pictures
            </Link>
          }
        >
          A picture can be cropped, turned and named for a training; its file stays as it is.
        </Empty>
      ) : (
        <>
          {lost && (
            <div className="edit-note">
              <ErrorNote error={lost} onRetry={() => void refetch()} />
            </div>
          )}
          {item && edit ? <CropStage item={item} edit={edit} onChange={change} /> : <Skeleton height="100%" />}
          <aside className="edit-side" aria-label="About the picture">
            {item && edit && (
              <>
                <Result item={item} edit={edit} />
                <Controls item={item} edit={edit} onChange={change} onReset={reset} />
                <section className="stack">
                  <h2>{multi ? "Tags" : "Class"}</h2>
                  <Labels project={project} item={item} looks={classes.list} multi={multi} onGive={give} />
                </section>
                <Link className="button small" to={to.browse(project)}>
                  <Grid3x3 size={14} aria-hidden /> Back to Browse
                </Link>
              </>
            )}
          </aside>
          {windows && size > 0 && <Filmstrip windows={windows} index={index} onMove={move} />}
        </>
      )}
      {open === "whole" && film && edit && (
        <WholeDialog
          project={project}
          view={film.view}
          size={size}
          edit={edit}
          onDone={renew}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "rename" && film && (
        <RenameDialog project={project} view={film.view} size={size} onDone={renew} onClose={() => setOpen(null)} />
      )}
      {open === "build" && <BuildDialog project={project} onClose={() => setOpen(null)} />}
    </main>
  );
}

const never = () => () => undefined;
const zero = () => 0;
