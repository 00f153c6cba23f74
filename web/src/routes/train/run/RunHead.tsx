import {
  Boxes,
  Ellipsis,
  FileOutput,
  FlagTriangleRight,
  GitFork,
  Pause,
  Play,
  Square,
  Star,
  Trash2,
} from "lucide-react";
import { useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import type { RunDetail } from "@/api/types";
import { useCommands } from "@/app/commands";
import { to } from "@/app/project";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { ago, between, duration } from "@/ui/format";
import { Menu, type MenuItem } from "@/ui/Menu";
import { isActive } from "@/ui/WorkBadge";
import { ExportDialog } from "../../models/export/ExportDialog";
import { RateControl } from "./RateControl";
import { RunBadge } from "./RunBadge";
import { useRunDeeds } from "./useRunDeeds";

const FROM: Readonly<Record<string, string>> = { finetune: "fine-tuned, ", resume: "resumed, " };

interface HeadProps {
  project: string;
  run: RunDetail;
}

export function RunHead({ project, run }: HeadProps) {
  const [asking, setAsking] = useState(false);
  const [exporting, setExporting] = useState(false);
  const deeds = useRunDeeds(project, run);
  const navigate = useNavigate();
  const active = isActive(run.state);
  const running = run.state === "running";
  const paused = running && run.control?.pause === true;
  const ends = running && run.control?.stop_after_epoch === true;
  const canResume = !active && run.checkpoint && (run.state !== "done" || run.epoch < run.epochs);
  const tune = `${to.train(project)}?mode=finetune&run=${encodeURIComponent(run.id)}`;
  const more: MenuItem[] = [
    {
      label: run.starred ? "Remove the star" : "Star",
      icon: <Star size={14} aria-hidden />,
      onSelect: () => deeds.note.mutate({ starred: !run.starred }),
    },
    {
      label: "Train longer",
      icon: <Play size={14} aria-hidden />,
      disabled: active || !run.checkpoint,
      hint: active ? "It is going on." : run.checkpoint ? "" : "It left no checkpoint.",
      onSelect: () => void navigate(`${to.train(project)}?mode=resume&run=${encodeURIComponent(run.id)}`),
    },
    {
      label: "Fine-tune",
      icon: <GitFork size={14} aria-hidden />,
      disabled: run.state !== "done",
      hint: run.state === "done" ? "" : "It has not finished.",
      onSelect: () => void navigate(tune),
    },
    {
      label: "Export the model",
      icon: <FileOutput size={14} aria-hidden />,
      disabled: !run.model,
      hint: run.model ? "" : "It has made none yet.",
      onSelect: () => setExporting(true),
    },
    {
      label: "Delete",
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      apart: true,
      disabled: active,
      hint: active ? "Stop it first." : "",
      onSelect: () => setAsking(true),
    },
  ];
  const { mutate: control } = deeds.control;
  const { mutate: stop } = deeds.stop;
  useCommands(
    "run",
    useMemo(() => {
      const section = "Training";
      return [
        ...(running
          ? [
              {
                id: "pause",
                section,
                title: paused ? "Go on with the training" : "Pause the training",
                run: () => control({ pause: !paused }),
              },
              { id: "end", section, title: "End with this epoch", run: () => control({ stop_after_epoch: true }) },
            ]
          : []),
        ...(active ? [{ id: "stop", section, title: "Stop the training", run: () => stop() }] : []),
      ];
    }, [running, paused, active, control, stop]),
  );
  return (
    <>
      <div className="page-head run-head">
        <h1>{run.network}</h1>
        <RunBadge run={run} />
        {run.starred && <Star size={16} className="star on" aria-label="starred" />}
        <span className="muted small">
          {FROM[active ? run.session : run.mode] ?? ""}
          {ago(run.created_at)}
          {run.finished_at && `, took ${duration(run.metrics?.seconds ?? between(run.created_at, run.finished_at))}`}
        </span>
        <div className="grow" />
        {running && (
          <Button onClick={() => deeds.control.mutate({ pause: !paused })} disabled={deeds.control.isPending}>
            {paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />} {paused ? "Go on" : "Pause"}
          </Button>
        )}
        {running && <RateControl run={run} deeds={deeds} />}
        {running && (
          <Button
            aria-pressed={ends}
            onClick={() => deeds.control.mutate({ stop_after_epoch: !ends })}
            disabled={deeds.control.isPending}
          >
            <FlagTriangleRight size={14} aria-hidden /> End with this epoch
          </Button>
        )}
        {active && (
          <Button onClick={() => deeds.stop.mutate()} disabled={deeds.stop.isPending}>
            <Square size={14} aria-hidden /> {running ? "Stop" : "Take out of the queue"}
          </Button>
        )}
        {canResume && (
          <Button
            look={run.state === "done" ? "plain" : "primary"}
            onClick={() => deeds.resume.mutate()}
            disabled={deeds.resume.isPending}
          >
            <Play size={14} aria-hidden /> Resume
          </Button>
        )}
        {run.model && (
          <Link className="button primary" to={to.model(run.model)}>
            <Boxes size={16} aria-hidden /> Model
          </Link>
        )}
        {run.state === "done" && (
          <Button onClick={() => void navigate(tune)}>
            <GitFork size={14} aria-hidden /> Fine-tune
          </Button>
        )}
        <Menu
          trigger={
            <IconButton label="More for this training">
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
          items={more}
        />
      </div>
      {exporting && run.model && (
        <ExportDialog
          model={{ id: run.model, name: run.network, format: "torch" }}
          onClose={() => setExporting(false)}
        />
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Delete this training?"
        about="Its checkpoints and report move to the workspace's trash. The model that it made stays."
        action="Delete"
        busy={deeds.remove.isPending}
        onConfirm={() => deeds.remove.mutate()}
      />
    </>
  );
}
