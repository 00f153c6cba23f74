import { Database, Download, Split, Upload } from "lucide-react";
import { useMemo, useState } from "react";
import { useCommands } from "@/app/commands";
import { IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import { ExportDialog } from "./ExportDialog";
import { ImportDialog } from "./ImportDialog";
import { SplitsDialog } from "./SplitsDialog";

export type Way = "export" | "import" | "splits";

/** The dialog that was asked for. */
export function DataDialog({ project, way, onClose }: { project: string; way: Way | null; onClose: () => void }) {
  if (way === "export") return <ExportDialog project={project} onClose={onClose} />;
  if (way === "splits") return <SplitsDialog project={project} onClose={onClose} />;
  return way === "import" ? <ImportDialog project={project} onClose={onClose} /> : null;
}

/** Labels out of a project and into it: a button, and two actions of the palette. */
export function DataMenu({ project }: { project: string }) {
  const [way, setWay] = useState<Way | null>(null);
  useCommands(
    "data",
    useMemo(
      () => [
        { id: "export-labels", title: "Export labels", section: "Data set", run: () => setWay("export") },
        { id: "import-labels", title: "Import labels", section: "Data set", run: () => setWay("import") },
        { id: "splits", title: "Split into train, val and test", section: "Data set", run: () => setWay("splits") },
      ],
      [],
    ),
  );
  return (
    <>
      <Menu
        trigger={
          <IconButton label="Export, import and splits" small>
            <Database size={16} aria-hidden />
          </IconButton>
        }
        items={[
          { label: "Export labels", icon: <Download size={14} aria-hidden />, onSelect: () => setWay("export") },
          { label: "Import labels", icon: <Upload size={14} aria-hidden />, onSelect: () => setWay("import") },
          { label: "Splits", icon: <Split size={14} aria-hidden />, onSelect: () => setWay("splits"), apart: true },
        ]}
      />
      <DataDialog project={project} way={way} onClose={() => setWay(null)} />
    </>
  );
}
