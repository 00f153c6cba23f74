import { useMutation } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Ellipsis, Merge, Pencil, Plus, Split, Trash2 } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { IconButton, Kbd } from "@/ui/Button";
import { count, many } from "@/ui/format";
import { Menu, type MenuItem } from "@/ui/Menu";
import { toasts } from "@/ui/toasts";
import { DeleteClass } from "./classes/DeleteClass";
import { MergeClass } from "./classes/MergeClass";
import { SplitClass } from "./classes/SplitClass";
import { EditClass } from "./EditClass";
import type { View } from "./useView";

interface ClassPanelProps {
  project: string;
  looks: readonly ClassLook[];
  multi: boolean;
  view: View | null;
  chosen: readonly number[];
  onToggle: (id: number) => void;
}

function AddClass({ project, multi }: { project: string; multi: boolean }) {
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
        placeholder={multi ? "Add a tag" : "Add a class"}
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

type Asking = { readonly what: "edit" | "merge" | "split" | "delete"; readonly look: ClassLook };

export function ClassPanel({ project, looks, multi, view, chosen, onToggle }: ClassPanelProps) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  const move = useMutation({
    mutationFn: ({ id, position }: { id: number; position: number }) => api.editClass(id, { position }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.classes(project) }),
    onError: (error) => toasts.fail(error),
  });
  const items = (look: ClassLook, place: number): MenuItem[] => [
    {
      label: "Name, colour, key",
      icon: <Pencil size={14} aria-hidden />,
      onSelect: () => setAsking({ what: "edit", look }),
    },
    {
      label: "Move up",
      icon: <ArrowUp size={14} aria-hidden />,
      disabled: place === 0,
      onSelect: () => move.mutate({ id: look.id, position: place - 1 }),
    },
    {
      label: "Move down",
      icon: <ArrowDown size={14} aria-hidden />,
      disabled: place === looks.length - 1,
      onSelect: () => move.mutate({ id: look.id, position: place + 1 }),
    },
    {
      label: "Merge into another",
      icon: <Merge size={14} aria-hidden />,
      disabled: looks.length < 2,
      apart: true,
      onSelect: () => setAsking({ what: "merge", look }),
    },
    {
      label: "Split off",
      icon: <Split size={14} aria-hidden />,
      disabled: !view || look.count === 0,
      onSelect: () => setAsking({ what: "split", look }),
    },
    {
      label: "Delete",
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      apart: true,
      onSelect: () => setAsking({ what: "delete", look }),
    },
  ];
  return (
    <section>
      <h2 className="panel-title">{multi ? "Tags" : "Classes"}</h2>
      <ul>
        {looks.map((look, place) => (
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
              items={items(look, place)}
            />
          </li>
        ))}
      </ul>
      {looks.length === 0 && (
        <p className="muted small panel-hint">Add the classes that you tell apart; the keys 1 to 9 give them.</p>
      )}
      <AddClass project={project} multi={multi} />
      {asking?.what === "edit" && <EditClass project={project} look={asking.look} onClose={close} />}
      {asking?.what === "merge" && <MergeClass project={project} look={asking.look} looks={looks} onClose={close} />}
      {asking?.what === "split" && view && (
        <SplitClass project={project} look={asking.look} view={view} onClose={close} />
      )}
      {asking?.what === "delete" && <DeleteClass project={project} look={asking.look} onClose={close} />}
    </section>
  );
}
