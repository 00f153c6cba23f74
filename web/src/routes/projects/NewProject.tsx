import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Project } from "@/api/types";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorNote } from "@/ui/States";

export function NewProject({ onClose, onMade }: { onClose: () => void; onMade: (project: Project) => void }) {
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: api.createProject,
    onSuccess: (project) => {
      void queries.invalidateQueries({ queryKey: keys.projects });
      onMade(project);
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== "") create.mutate(name.trim());
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="New project"
      about="One collection of pictures with its classes. Its folder in the workspace bears this name."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="new-project" disabled={name.trim() === "" || create.isPending}>
            Create
          </Button>
        </>
      }
    >
      <form id="new-project" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="project-name">Name</label>
          <input
            id="project-name"
            className="input"
            value={name}
            maxLength={80}
            autoComplete="off"
            aria-invalid={create.isError}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {create.error && <ErrorNote error={create.error} />}
      </form>
    </Dialog>
  );
}
