import { useMutation } from "@tanstack/react-query";
import {
  Archive,
  ArchiveRestore,
  CircleHelp,
  Download,
  Ellipsis,
  Eraser,
  FolderOpen,
  ImagePlus,
  Trash2,
  TriangleAlert,
  Upload,
} from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Project } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Thumb } from "@/grid/Thumb";
import { DataDialog, type Way } from "@/routes/browse/data/DataMenu";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { count, many, percent } from "@/ui/format";
import { ContextMenu, Menu, type MenuItem } from "@/ui/Menu";
import { Bar, ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { DoubtsDialog } from "./doubts/DoubtsDialog";
import { useTrainItems } from "./useTrainItems";

type Deed = "archive" | "restore" | "trash" | "erase";

const DONE: Record<Deed, string> = {
  archive: "Archived",
  restore: "Restored",
  trash: "Moved to the trash:",
  erase: "Erased",
};

function useDeed(project: Project, onDone: () => void) {
  return useMutation({
    mutationFn: async (deed: Deed): Promise<unknown> => api[deed](project.name),
    onSuccess: (_, deed) => {
      void queries.invalidateQueries({ queryKey: keys.projects });
      toasts.say(`${DONE[deed]} ${project.title || project.name}`, { tone: "good" });
      onDone();
    },
  });
}

function Cover({ project }: { project: Project }) {
  const pictures = project.cover.slice(0, 4);
  return (
    <div className={`project-cover n${pictures.length}`}>
      {pictures.map((id) => (
        <Thumb key={id} id={id} />
      ))}
      {pictures.length === 0 && <ImagePlus size={28} strokeWidth={1.5} aria-hidden />}
    </div>
  );
}

function Facts({ project }: { project: Project }) {
  const share = project.images > 0 ? project.labelled / project.images : 0;
  if (project.images === 0) return <p className="muted small">No pictures yet</p>;
  return (
    <>
      <Bar label="Labelled" done={project.labelled} total={project.images} />
      <p className="small project-progress">
        <span>
          {count(project.labelled)} of {many(project.images, "picture")} labelled
        </span>
        <span className="muted">{percent(share, 0)}</span>
      </p>
      <p className="muted small">
        {many(project.classes, "class", "classes")} · {many(project.runs, "run")}
        {project.unsure > 0 && ` · ${count(project.unsure)} unsure`}
        {project.skipped > 0 && ` · ${count(project.skipped)} skipped`}
      </p>
    </>
  );
}

/** What served models were unsure of, where there is any. */
function Doubts({ project, onOpen }: { project: Project; onOpen: () => void }) {
  if (project.doubts === 0 && project.drifting.length === 0) return null;
  return (
    <div className="project-doubts">
      {project.doubts > 0 && (
        <Button small onClick={onOpen}>
          <CircleHelp size={14} aria-hidden /> {many(project.doubts, "doubt")}
        </Button>
      )}
      {project.drifting.length > 0 && (
        <span className="badge warn" title={`What is asked of ${project.drifting.join(", ")} has moved`}>
          <TriangleAlert size={12} aria-hidden /> stream has moved
        </span>
      )}
    </div>
  );
}

export function ProjectCard({ project, onAdd }: { project: Project; onAdd: () => void }) {
  const [asking, setAsking] = useState<"trash" | "erase" | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  const [doubting, setDoubting] = useState(false);
  const navigate = useNavigate();
  const deed = useDeed(project, () => setAsking(null));
  const title = project.title || project.name;
  const open = to.browse(project.name);
  const fail = (error: unknown) => toasts.fail(error);
  const [opened, setOpened] = useState(false);
  const training = useTrainItems(project, opened);
  const items: MenuItem[] = [
    { label: "Open", icon: <FolderOpen size={14} aria-hidden />, onSelect: () => void navigate(open) },
    ...training,
    { label: "Add pictures", apart: true, icon: <ImagePlus size={14} aria-hidden />, onSelect: onAdd },
    { label: "Export labels", icon: <Download size={14} aria-hidden />, onSelect: () => setWay("export") },
    { label: "Import labels", icon: <Upload size={14} aria-hidden />, onSelect: () => setWay("import") },
    { label: "Doubts", icon: <CircleHelp size={14} aria-hidden />, onSelect: () => setDoubting(true) },
    project.archived
      ? {
          label: "Restore",
          icon: <ArchiveRestore size={14} aria-hidden />,
          onSelect: () => deed.mutate("restore", { onError: fail }),
        }
      : {
          label: "Archive",
          icon: <Archive size={14} aria-hidden />,
          onSelect: () => deed.mutate("archive", { onError: fail }),
        },
    {
      label: "Delete",
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      apart: true,
      onSelect: () => setAsking("trash"),
    },
    {
      label: "Erase",
      icon: <Eraser size={14} aria-hidden />,
      danger: true,
      onSelect: () => setAsking("erase"),
    },
  ];

  return (
    <>
      <ContextMenu label={`More for ${title}`} items={items} onOpen={() => setOpened(true)}>
        <li className="project-card">
          <Link to={open} className="project-open" aria-label={`Open ${title}`}>
            <Cover project={project} />
          </Link>
          <div className="project-body">
            <div className="row">
              <h2 className="grow ellipsis">
                <Link to={open} tabIndex={-1}>
                  {title}
                </Link>
              </h2>
              <Menu
                trigger={
                  <IconButton label={`More for ${title}`} small>
                    <Ellipsis size={16} aria-hidden />
                  </IconButton>
                }
                items={items}
                onOpen={() => setOpened(true)}
              />
            </div>
            <Facts project={project} />
            <Doubts project={project} onOpen={() => setDoubting(true)} />
            {project.images === 0 && (
              <Button small onClick={onAdd}>
                <ImagePlus size={14} aria-hidden /> Add pictures
              </Button>
            )}
          </div>
        </li>
      </ContextMenu>
      <DataDialog project={project.name} way={way} onClose={() => setWay(null)} />
      <DoubtsDialog project={project.name} open={doubting} onClose={() => setDoubting(false)} />
      <Confirm
        open={asking === "trash"}
        onClose={() => setAsking(null)}
        title={`Delete ${title}?`}
        about="The project moves to the workspace's trash, with its labels and runs. Pictures in other folders are not touched."
        action="Delete"
        busy={deed.isPending}
        onConfirm={() => deed.mutate("trash")}
        error={deed.error && <ErrorNote error={deed.error} />}
      />
      <Confirm
        open={asking === "erase"}
        onClose={() => setAsking(null)}
        title={`Erase ${title}?`}
        about="Labels, their history, runs and caches go for good. Nothing brings them back. Pictures in other folders are not touched."
        action="Erase for good"
        typed={project.name}
        busy={deed.isPending}
        onConfirm={() => deed.mutate("erase")}
        error={deed.error && <ErrorNote error={deed.error} />}
      />
    </>
  );
}
