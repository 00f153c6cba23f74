import { Compass, TriangleAlert } from "lucide-react";
import { Link, useRouteError } from "react-router";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/States";

export function NotFound() {
  return (
    <main className="page">
      <Empty
        level="h1"
        icon={<Compass size={32} aria-hidden />}
        title="There is no such page"
        action={<Link to="/">Go to your pictures</Link>}
      />
    </main>
  );
}

/** What is shown when a screen breaks: the message, and a way on. Labels are kept apart and are safe. */
export function ErrorPage() {
  const error = useRouteError();
  const stale = error instanceof Error && /preload|dynamically imported module/i.test(error.message);
  return (
    <main className="page">
      <Empty
        level="h1"
        icon={<TriangleAlert size={32} aria-hidden />}
        title={stale ? "Sightline was updated" : "This screen broke"}
        action={<Button onClick={() => location.reload()}>Load it again</Button>}
      >
        {stale
          ? "This tab belongs to an older version. Loading it again brings the new one."
          : `Nothing that you labelled is lost. ${error instanceof Error ? error.message : String(error)}`}
      </Empty>
    </main>
  );
}
