import { Navigate } from "react-router";
import { kept } from "./kept";
import { landing, to, useProjects } from "./project";
import { ErrorNote, Skeletons } from "@/ui/States";

/** A first visit lands on pictures, never on an empty table. */
export function Home() {
  const { data, error, refetch } = useProjects();
  if (data) {
    const project = landing(data, kept.read("sightline.project"));
    return <Navigate to={project ? to.browse(project.name) : to.projects} replace />;
  }
  return (
    <main className="page">
      <div className="page-in">
        {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Skeletons count={4} height={64} />}
      </div>
    </main>
  );
}
