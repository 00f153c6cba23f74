import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import type { ClassLook } from "@/label/look";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorNote } from "@/ui/States";
import { jointsText, skeletonOf, wrongJoints } from "./skeleton";

export function EditClass({ project, look, onClose }: { project: string; look: ClassLook; onClose: () => void }) {
  const [name, setName] = useState(look.name);
  const [colour, setColour] = useState(look.colour);
  const [hotkey, setHotkey] = useState(look.hotkey ?? "");
  const [points, setPoints] = useState(() => look.skeleton?.names.join(", ") ?? "");
  const [joints, setJoints] = useState(() => jointsText(look.skeleton?.edges ?? []));
  const wrong = wrongJoints(points, joints);
  const save = useMutation({
    mutationFn: () =>
      api.editClass(look.id, {
        name: name.trim(),
        colour,
        hotkey: hotkey === "" ? null : hotkey,
        skeleton: skeletonOf(points, joints),
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.classes(project) });
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Class ${look.name}`}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="edit-class"
            disabled={name.trim() === "" || wrong !== null || save.isPending}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="edit-class" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="class-name">Name</label>
          <input
            id="class-name"
            className="input"
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="row">
          <div className="field">
            <label htmlFor="class-colour">Colour</label>
            <input
              id="class-colour"
              type="color"
              className="input colour"
              value={colour}
              onChange={(event) => setColour(event.target.value)}
            />
          </div>
          <div className="field grow">
            <label htmlFor="class-hotkey">Key</label>
            <select
              id="class-hotkey"
              className="input"
              value={hotkey}
              onChange={(event) => setHotkey(event.target.value)}
            >
              <option value="">none</option>
              {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((key) => (
                <option key={key}>{key}</option>
              ))}
            </select>
          </div>
        </div>
        <div className="field">
          <label htmlFor="class-points">Keypoints</label>
          <input
            id="class-points"
            className="input"
            value={points}
            placeholder="none; or nose, left eye, right eye"
            onChange={(event) => setPoints(event.target.value)}
          />
        </div>
        {points.trim() !== "" && (
          <div className="field">
            <label htmlFor="class-joints">Joined, by number</label>
            <input
              id="class-joints"
              className="input"
              value={joints}
              placeholder="1-2, 1-3"
              aria-invalid={wrong !== null}
              aria-describedby="class-joints-wrong"
              onChange={(event) => setJoints(event.target.value)}
            />
            <span id="class-joints-wrong" className="field-error small" role="status">
              {wrong}
            </span>
          </div>
        )}
        {save.error && <ErrorNote error={save.error} />}
      </form>
    </Dialog>
  );
}
