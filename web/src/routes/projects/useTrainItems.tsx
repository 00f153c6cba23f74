import { useQuery } from "@tanstack/react-query";
import { GitFork, Play, Sparkles } from "lucide-react";
import { useNavigate } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Mode, Project } from "@/api/types";
import { to } from "@/app/project";
import { first, obstacle } from "@/routes/train/modes";
import type { MenuItem } from "@/ui/Menu";

const MODES: readonly { mode: Mode; label: string; icon: typeof Play }[] = [
  { mode: "new", label: "New training", icon: Sparkles },
  { mode: "resume", label: "Resume training", icon: Play },
  { mode: "finetune", label: "Fine-tune", icon: GitFork },
];

/** The ways to start a training of a project; runs are asked for once the menu is opened. */
export function useTrainItems(project: Project, opened: boolean): MenuItem[] {
  const navigate = useNavigate();
  const { data: runs } = useQuery({
    queryKey: keys.runs(project.name),
    queryFn: () => api.runs(project.name),
    enabled: opened,
  });
  return MODES.map(({ mode, label, icon: Icon }) => {
    const why = project.labelled === 0 && mode === "new" ? "Nothing is labelled yet." : obstacle(mode, runs);
    const run = first(mode, runs ?? []);
    const query = run ? `&run=${encodeURIComponent(run.id)}` : "";
    return {
      label,
      icon: <Icon size={14} aria-hidden />,
      apart: mode === "new",
      disabled: why !== "",
      hint: why,
      onSelect: () => void navigate(`${to.train(project.name)}?mode=${mode}${query}`),
    };
  });
}
