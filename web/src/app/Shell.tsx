import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Outlet, useNavigate, useParams } from "react-router";
import { makesStale } from "@/events/effects";
import { applyProgress } from "@/events/live";
import { chooseTheme } from "./theme";
import { useCommands, type Command } from "./commands";
import { travel } from "./history";
import { everywhere, going, isTyping } from "./keymap";
import { KeySheet } from "./KeySheet";
import { Palette } from "./Palette";
import { rememberProject, to, useCurrentProject } from "./project";
import { Rail } from "./Rail";
import { sequence } from "./sequence";
import { announcement, drawings, hub, outbox, queries } from "./services";
import { TopBar } from "./TopBar";
import "./shell.css";

/** Events arrive in bursts: what they make old is loaded once per quarter second. */
function useEvents(): void {
  useEffect(() => {
    const stale = new Map<string, readonly unknown[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      for (const queryKey of stale.values()) void queries.invalidateQueries({ queryKey });
      stale.clear();
    };
    const stopListening = hub.onEvent((told) => {
      applyProgress(queries, told);
      for (const key of makesStale(told)) stale.set(JSON.stringify(key), key);
      if (stale.size > 0) timer ??= setTimeout(flush, 250);
    });
    const stopLink = hub.onLink(() => {
      if (hub.link() !== "live") return;
      outbox.retryNow();
      drawings.retryNow();
    });
    const stop = hub.start();
    return () => {
      clearTimeout(timer);
      stopListening();
      stopLink();
      stop();
    };
  }, []);
}

function LiveRegion() {
  const said = useSyncExternalStore(announcement.subscribe, announcement.get);
  return (
    <div className="hidden-but-read" role="status" aria-live="polite">
      {said}
    </div>
  );
}

export function Shell() {
  const navigate = useNavigate();
  const params = useParams();
  const project = useCurrentProject();
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  useEvents();

  useEffect(() => {
    if (params.project) rememberProject(params.project);
  }, [params.project]);

  const commands = useMemo<Command[]>(() => {
    const go = (path: string) => () => void navigate(path);
    return [
      { id: "go-p", section: "Go to", title: "Projects", keys: "g p", run: go(to.projects) },
      ...(project
        ? [
            { id: "go-b", section: "Go to", title: `Browse ${project}`, keys: "g b", run: go(to.browse(project)) },
            { id: "go-a", section: "Go to", title: `Annotate ${project}`, keys: "g a", run: go(to.annotate(project)) },
            { id: "go-o", section: "Go to", title: `Objects of ${project}`, keys: "g o", run: go(to.objects(project)) },
            { id: "go-x", section: "Go to", title: `Map of ${project}`, keys: "g x", run: go(to.map(project)) },
            { id: "go-d", section: "Go to", title: `Data of ${project}`, keys: "g d", run: go(to.data(project)) },
            { id: "go-e", section: "Go to", title: `Edit ${project}`, keys: "g e", run: go(to.edit(project)) },
            { id: "go-h", section: "Go to", title: `Heads of ${project}`, keys: "g h", run: go(to.heads(project)) },
            { id: "go-t", section: "Go to", title: `Train on ${project}`, keys: "g t", run: go(to.train(project)) },
          ]
        : []),
      { id: "go-m", section: "Go to", title: "Models", keys: "g m", run: go(to.models) },
      { id: "go-l", section: "Go to", title: "Live", keys: "g l", run: go(to.live) },
      { id: "go-j", section: "Go to", title: "Jobs", keys: "g j", run: go(to.jobs) },
      { id: "go-s", section: "Go to", title: "Settings", keys: "g s", run: go(to.settings) },
      ...(project
        ? [
            { id: "undo", section: "Edit", title: "Undo", keys: "Ctrl Z", run: () => void travel(project, "undo") },
            {
              id: "redo",
              section: "Edit",
              title: "Redo",
              keys: "Ctrl Shift Z",
              run: () => void travel(project, "redo"),
            },
          ]
        : []),
      { id: "dark", section: "View", title: "Dark theme", run: () => chooseTheme("dark") },
      { id: "light", section: "View", title: "Light theme", run: () => chooseTheme("light") },
      { id: "system", section: "View", title: "The system's theme", run: () => chooseTheme("system") },
      { id: "keys", section: "Help", title: "Keys", keys: "?", run: () => setOpen("keys") },
    ];
  }, [navigate, project]);
  useCommands("shell", commands);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const action = everywhere(event);
      const typing = isTyping(event.target);
      if (action?.kind === "palette") {
        event.preventDefault();
        setOpen((now) => (now === "palette" ? null : "palette"));
        return;
      }
      // A dialog keeps the keys to itself.
      if (typing || event.defaultPrevented || document.querySelector('[role="dialog"]:not([data-page])')) return;
      if (action?.kind === "help") {
        event.preventDefault();
        setOpen("keys");
      } else if ((action?.kind === "undo" || action?.kind === "redo") && project) {
        event.preventDefault();
        void travel(project, action.kind);
      } else {
        const [next, gone] = going(sequence.get(), event, event.timeStamp);
        sequence.set(next);
        if (gone?.kind !== "go") return;
        event.preventDefault();
        commands.find((command) => command.id === `go-${gone.letter}`)?.run();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [commands, project]);

  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Rail project={project} />
      <TopBar project={project} onPalette={() => setOpen("palette")} onKeys={() => setOpen("keys")} />
      <div className="shell-main" id="main" tabIndex={-1}>
        <Outlet />
      </div>
      <LiveRegion />
      {/* Not loaded late: the keys that follow at once are theirs, not the page's. */}
      {open === "palette" && <Palette onClose={() => setOpen(null)} />}
      {open === "keys" && <KeySheet onClose={() => setOpen(null)} />}
    </div>
  );
}
