import { useParams } from "react-router";
import { RunList } from "./RunList";
import { StartForm } from "./StartForm";
import "./train.css";

export function Component() {
  const { project = "" } = useParams();
  return (
    <main className="train">
      <RunList project={project} />
      <div className="train-main">
        <StartForm key={project} project={project} />
      </div>
    </main>
  );
}
