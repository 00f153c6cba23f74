import { ListChecks } from "lucide-react";
import { useMemo, useState } from "react";
import { useCommands } from "@/app/commands";
import { Button } from "@/ui/Button";
import { CheckClasses } from "./CheckClasses";

/** Opens the look through a picture, or a whole project. */
export function CheckButton({ project, image }: { project: string; image: number | null }) {
  const [open, setOpen] = useState(false);
  useCommands(
    "check-classes",
    useMemo(
      () => [{ id: "check-classes", section: "Objects", title: "Check classes", run: () => setOpen(true) }],
      [setOpen],
    ),
  );
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        <ListChecks size={14} aria-hidden /> Check classes
      </Button>
      {open && <CheckClasses project={project} image={image} onClose={() => setOpen(false)} />}
    </>
  );
}
