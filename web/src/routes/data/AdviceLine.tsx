import { Sparkles } from "lucide-react";
import { Link } from "react-router";
import { to } from "@/app/project";
import type { SlotProps } from "@/routes/train/start/slots";
import { Button } from "@/ui/Button";
import { presetWords, useAdvice } from "./AdviceCard";
import "./data.css";

/** The preset that suits the data, above a training's settings: one line, and one key to take it. */
export function AdviceLine({ project, preset, choosePreset }: SlotProps) {
  const { data: advice } = useAdvice(project);
  if (!advice) return null;
  const taken = preset === advice.preset;
  return (
    <p className="row small muted advice-line">
      <Sparkles size={14} aria-hidden />
      <span>
        {taken ? "This preset suits the data" : `${presetWords(advice.preset)} suits the data`}:{" "}
        {advice.reasons[0] ?? ""}. <Link to={to.data(project)}>What is in the data</Link>
      </span>
      {!taken && (
        <Button small onClick={() => choosePreset(advice.preset)}>
          Take it
        </Button>
      )}
    </p>
  );
}
