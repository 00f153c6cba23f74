import { useMutation } from "@tanstack/react-query";
import { Ellipsis, Pencil, Plus, Trash2 } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { IconButton, Kbd } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { EditClass } from "./EditClass";

interface ClassPanelProps {
  project: string;
  looks: readonly ClassLook[];
  chosen: readonly number[];
  onToggle: (id: number) => void;
}

function AddClass({ project }: { project: string }) {
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () => api.addClass(project, { name: name.trim() }),
    onSuccess: () => {
      setName("");
      void queries.invalidateQueries({ queryKey: keys.classes(project) });
    },
    onError: (error) => toasts.fail(error),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !add.isPending) add.mutate();
  };
  return (
    <form className="add-class" onSubmit={submit}>
      <input
        className="input compact"
        aria-label="Name of a new class"
        placeholder="Add a class"
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.target.value)}
      />
      <IconButton label="Add the class" type="submit" small disabled={name.trim() === "" || add.isPending}>
        <Plus size={14} aria-hidden />
      </IconButton>
    </form>
  );
}

export function ClassPanel({ project, looks, chosen, onToggle }: ClassPanelProps) {
  const [editing, setEditing] = useState<ClassLook | null>(null);
  const [deleting, setDeleting] = useState<ClassLook | null>(null);
  const remove = useMutation({
    mutationFn: (look: ClassLook) => api.deleteClass(look.id),
    onSuccess: (_, look) => {
      setDeleting(null);
      void queries.invalidateQueries({ queryKey: ["project", project] });
      toasts.say(`Deleted the class ${look.name}`);
    },
  });
  return (
    <section>
      <h2 className="panel-title">Classes</h2>
      <ul>
        {looks.map((look) => (
          <li key={look.id} className="class-row">
            <button
              type="button"
              className="filter-row"
              aria-pressed={chosen.includes(look.id)}
              aria-label={`Only ${look.name}, ${many(look.count, "picture")}`}
              onClick={() => onToggle(look.id)}
            >
              {look.hotkey ? <Kbd>{look.hotkey}</Kbd> : <span className="kbd-gap" />}
              <Swatch look={look} />
              <span className="grow ellipsis">{look.name}</span>
              <span className="muted">{count(look.count)}</span>
            </button>
            <Menu
              trigger={
                <IconButton label={`More for ${look.name}`} small>
                  <Ellipsis size={14} aria-hidden />
                </IconButton>
              }
              items={[
                {
                  label: "Name, colour, key",
                  icon: <Pencil size={14} aria-hidden />,
                  onSelect: () => setEditing(look),
                },
                {
                  label: "Delete",
                  icon: <Trash2 size={14} aria-hidden />,
                  danger: true,
                  onSelect: () => setDeleting(look),
                },
              ]}
            />
          </li>
        ))}
      </ul>
      {looks.length === 0 && (
        <p className="muted small panel-hint">Add the classes that you tell apart; the keys 1 to 9 give them.</p>
      )}
      <AddClass project={project} />
      {editing && <EditClass project={project} look={editing} onClose={() => setEditing(null)} />}
      <Confirm
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete the class ${deleting?.name ?? ""}?`}
        about={`${many(deleting?.count ?? 0, "picture")} with this label become unlabelled.`}
        action="Delete"
        busy={remove.isPending}
        onConfirm={() => deleting && remove.mutate(deleting)}
        error={remove.error && <ErrorNote error={remove.error} />}
      />
    </section>
  );
}
