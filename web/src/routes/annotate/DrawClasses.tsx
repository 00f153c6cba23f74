import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo, useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { announce, queries } from "@/app/services";
import { Swatch } from "@/label/Swatch";
import { Button, IconButton, Kbd } from "@/ui/Button";
import { count, many } from "@/ui/format";
import { toasts } from "@/ui/toasts";
import type { Desk } from "./desk";

/** Makes a class, which is then the one of the next object. */
export function useNewClass(desk: Desk, onMade?: () => void) {
  return useMutation({
    mutationFn: (name: string) => api.addClass(desk.project, { name }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: keys.classes(desk.project) });
      desk.setDraftClass(made.id);
      announce(`Class ${made.name}`);
      onMade?.();
    },
    onError: (error) => toasts.fail(error),
  });
}

/** The classes: which the next object gets, how many of each are in the picture, and a field for one more. */
export function DrawClasses({ desk }: { desk: Desk }) {
  const [name, setName] = useState("");
  const add = useNewClass(desk, () => setName(""));
  const objects = desk.objects();
  const here = useMemo(() => {
    const found = new Map<number, number>();
    for (const { class_id } of objects) found.set(class_id, (found.get(class_id) ?? 0) + 1);
    return found;
  }, [objects]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !add.isPending) add.mutate(name.trim());
  };
  return (
    <section className="desk-classes" aria-label="Classes">
      <h2 className="panel-title">Classes</h2>
      <ul className="draw-class-list">
        {desk.classes.map((look) => (
          <li key={look.id}>
            <button
              type="button"
              className="filter-row"
              aria-pressed={desk.draftClass === look.id}
              aria-label={`${look.name}, ${many(here.get(look.id) ?? 0, "object")} here`}
              onClick={() => desk.giveClass(look.id)}
            >
              {look.hotkey ? <Kbd>{look.hotkey}</Kbd> : <span className="kbd-gap" />}
              <Swatch look={look} />
              <span className="grow ellipsis">{look.name}</span>
              {here.has(look.id) && <span className="muted num">{count(here.get(look.id) ?? 0)}</span>}
            </button>
          </li>
        ))}
      </ul>
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
    </section>
  );
}

/** Over the canvas while there is no class: what is drawn must be something. */
export function FirstClass({ desk }: { desk: Desk }) {
  const [name, setName] = useState("");
  const add = useNewClass(desk, () => desk.setTool("box"));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !add.isPending) add.mutate(name.trim());
  };
  return (
    <form className="desk-first card" onSubmit={submit} aria-label="The first class">
      <h2>What do you draw?</h2>
      <p className="muted small">Name the first class; more can follow at any time. Then drag a box around one.</p>
      <div className="row">
        <input
          className="input"
          autoFocus
          aria-label="Name of the first class"
          placeholder="car, cell, window …"
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
        />
        <Button look="primary" type="submit" disabled={name.trim() === "" || add.isPending}>
          Start
        </Button>
      </div>
    </form>
  );
}
