import { useMutation, useQuery } from "@tanstack/react-query";
import { FolderSearch, Images, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { useAddress } from "@/app/address";
import { useCommands } from "@/app/commands";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { many } from "@/ui/format";
import { Empty, ErrorNote, Skeleton } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { AddPictures } from "./AddPictures";
import { NewProject } from "./NewProject";
import { ProjectCard } from "./ProjectCard";
import "./projects.css";

function useDiscover() {
  return useMutation({
    mutationFn: api.discover,
    onSuccess: ({ found }) => {
      void queries.invalidateQueries({ queryKey: keys.projects });
      toasts.say(found.length > 0 ? `Found ${found.join(", ")}` : "No new folders under projects/", {
        tone: found.length > 0 ? "good" : "plain",
        hint: found.length > 0 ? "" : "Put a folder of pictures into the workspace's folder projects/ and look again.",
      });
    },
    onError: (error) => toasts.fail(error),
  });
}

export function Component() {
  const [archived, setArchived] = useState(false);
  const [creating, setCreating] = useState(false);
  const [search, setSearch] = useAddress();
  const adding = search.get("add");
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: keys.projectList(archived),
    queryFn: () => api.projects(archived),
    refetchOnMount: "always",
  });
  const discover = useDiscover();
  const shown = data?.filter((project) => project.archived === archived);

  const setAdding = (name: string | null) => setSearch(name === null ? {} : { add: name }, { replace: true });
  const look = discover.mutate;
  useCommands(
    "projects",
    useMemo(
      () => [
        { id: "new-project", section: "Projects", title: "New project", run: () => setCreating(true) },
        { id: "discover", section: "Projects", title: "Look for projects in the workspace", run: () => look() },
      ],
      [look],
    ),
  );

  return (
    <main className="page">
      <div className="page-in">
        <div className="page-head">
          <h1>Projects</h1>
          {shown && <span className="muted">{many(shown.length, archived ? "archived project" : "project")}</span>}
          <div className="grow" />
          <label className="check">
            <input type="checkbox" checked={archived} onChange={(event) => setArchived(event.target.checked)} />
            Archived
          </label>
          <Button onClick={() => discover.mutate()} disabled={discover.isPending}>
            <FolderSearch size={16} aria-hidden /> Look for projects
          </Button>
          <Button look="primary" onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden /> New project
          </Button>
        </div>

        {error && !data && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!data && !error && (
          <div className="project-grid" role="status" aria-busy="true" aria-label="Loading">
            {[1, 2, 3].map((i) => (
              <Skeleton key={i} height={292} />
            ))}
          </div>
        )}
        {shown?.length === 0 &&
          (archived ? (
            <Empty icon={<Images size={32} aria-hidden />} title="Nothing is archived">
              An archived project keeps everything and stays out of the way.
            </Empty>
          ) : (
            <Empty
              icon={<Images size={32} aria-hidden />}
              title="Start with a folder of pictures"
              action={
                <Button look="primary" onClick={() => setCreating(true)}>
                  <Plus size={16} aria-hidden /> New project
                </Button>
              }
            >
              A project holds your pictures, their classes and the models that you train on them. The pictures stay
              where they are unless you ask for a copy.
            </Empty>
          ))}
        {shown && shown.length > 0 && (
          <ul className="project-grid">
            {shown.map((project) => (
              <ProjectCard key={project.id} project={project} onAdd={() => setAdding(project.name)} />
            ))}
          </ul>
        )}
      </div>
      {creating && (
        <NewProject
          onClose={() => setCreating(false)}
          onMade={(project) => {
            setCreating(false);
            setAdding(project.name);
          }}
        />
      )}
      {adding !== null && (
        <AddPictures project={adding} onClose={() => setAdding(null)} onDone={() => void navigate(to.browse(adding))} />
      )}
    </main>
  );
}
