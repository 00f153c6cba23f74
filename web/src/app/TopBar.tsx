import { useQuery } from "@tanstack/react-query";
import {
  Check,
  ChevronsUpDown,
  CircleHelp,
  CloudOff,
  LoaderCircle,
  Moon,
  Redo2,
  Search,
  Sun,
  Undo2,
} from "lucide-react";
import { useSyncExternalStore } from "react";
import { useMatch, useNavigate } from "react-router";
import { api } from "@/api/calls";
import type { SaveState } from "@/draw/outbox";
import { keys } from "@/api/keys";
import { Button, IconButton, Kbd } from "@/ui/Button";
import { many } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { travel } from "./history";
import { JobPill } from "./JobPill";
import { to, useProjects } from "./project";
import { drawings, hub, outbox } from "./services";
import { chooseTheme, useShownTheme } from "./theme";

const STATES = ["saved", "saving", "waiting", "offline"] as const;
const worst = (one: SaveState, other: SaveState): SaveState =>
  STATES.indexOf(one) > STATES.indexOf(other) ? one : other;

/** Whether what was done is safe: always to be seen, and read out when it changes for the worse. */
function SaveState() {
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  useSyncExternalStore(drawings.subscribe, drawings.snapshot);
  const link = useSyncExternalStore(hub.onLink, hub.link);
  const state = worst(outbox.saveState, drawings.saveState);
  const unsent = outbox.unsent + drawings.unsent;
  const retry = () => {
    outbox.retryNow();
    drawings.retryNow();
  };
  if (state === "offline" || state === "waiting" || link === "away") {
    const kept = unsent > 0 ? `${many(unsent, "change")} kept here` : "trying again";
    return (
      <button type="button" className="save-state bad" onClick={retry} title="Try again now">
        <CloudOff size={14} aria-hidden />
        <span role="status">{state === "waiting" ? `Server is busy: ${kept}` : `No connection: ${kept}`}</span>
      </button>
    );
  }
  const saving = state === "saving";
  return (
    <span className="save-state">
      {saving ? <LoaderCircle size={14} className="spin" aria-hidden /> : <Check size={14} aria-hidden />}
      <span>{saving ? "Saving" : "Saved"}</span>
    </span>
  );
}

function UndoRedo({ project }: { project: string }) {
  const { data } = useQuery({ queryKey: keys.journal(project), queryFn: () => api.journal(project) });
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  useSyncExternalStore(drawings.subscribe, drawings.snapshot);
  const unsent = outbox.unsent + drawings.unsent > 0;
  return (
    <div className="row tight">
      <IconButton
        label={data?.undo ? `Undo: ${data.undo}` : "Undo"}
        keys="Ctrl+Z"
        disabled={!data?.can_undo && !unsent}
        onClick={() => void travel(project, "undo")}
      >
        <Undo2 size={16} aria-hidden />
      </IconButton>
      <IconButton
        label={data?.redo ? `Redo: ${data.redo}` : "Redo"}
        keys="Ctrl+Shift+Z"
        disabled={!data?.can_redo}
        onClick={() => void travel(project, "redo")}
      >
        <Redo2 size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

/** The pages of a project. */
const PAGES = ["browse", "annotate", "objects", "map", "data", "edit", "heads", "train"] as const;
type Page = (typeof PAGES)[number];
const HAS_UNDO: ReadonlySet<Page> = new Set(["browse", "annotate", "objects", "map", "edit"]);

function ProjectSwitch({ project, page }: { project: string; page: Page }) {
  const { data } = useProjects();
  const navigate = useNavigate();
  const items = (data ?? []).map((other) => ({
    label: other.title || other.name,
    icon: other.name === project ? <Check size={14} aria-hidden /> : <span className="menu-gap" />,
    onSelect: () => void navigate(to[page](other.name)),
  }));
  const title = data?.find((other) => other.name === project)?.title ?? project;
  return (
    <Menu
      align="start"
      items={[
        ...items,
        {
          label: "All projects",
          apart: true,
          icon: <span className="menu-gap" />,
          onSelect: () => void navigate(to.projects),
        },
      ]}
      trigger={
        <Button look="quiet" className="project-switch" aria-label={`Project ${title}: choose another`}>
          <span className="ellipsis">{title}</span>
          <ChevronsUpDown size={14} aria-hidden />
        </Button>
      }
    />
  );
}

interface TopBarProps {
  project: string | null;
  onPalette: () => void;
  onKeys: () => void;
}

export function TopBar({ project, onPalette, onKeys }: TopBarProps) {
  const shown = useShownTheme();
  const at = useMatch("/p/:project/:page/*")?.params.page;
  const page = PAGES.find((one) => one === at);
  return (
    <header className="topbar">
      {project !== null && page && <ProjectSwitch project={project} page={page} />}
      {project !== null && page && HAS_UNDO.has(page) && <UndoRedo project={project} />}
      <div className="grow" />
      <JobPill />
      <SaveState />
      <Button
        look="quiet"
        className="palette-button"
        onClick={onPalette}
        aria-label="Actions"
        aria-keyshortcuts="Control+K"
      >
        <Search size={14} aria-hidden />
        <span>Actions</span>
        <Kbd>Ctrl K</Kbd>
      </Button>
      <IconButton
        label={shown === "dark" ? "Light theme" : "Dark theme"}
        onClick={() => chooseTheme(shown === "dark" ? "light" : "dark")}
      >
        {shown === "dark" ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
      </IconButton>
      <IconButton label="Keys" keys="?" onClick={onKeys}>
        <CircleHelp size={16} aria-hidden />
      </IconButton>
    </header>
  );
}
