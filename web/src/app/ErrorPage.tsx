import { Compass, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useRouteError } from "react-router";
import { api } from "@/api/calls";
import { unreachable } from "@/api/http";
import { Button } from "@/ui/Button";
import { Empty, ErrorNote } from "@/ui/States";
import { kept } from "./kept";
import { hub } from "./services";

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

const RELOADED = "sightline.reloaded";
const AGAIN_MS = 60_000;

/** A part of the page could not be loaded: the server is away, or a newer version took the place of this one. */
const isMissingPart = (error: unknown): boolean =>
  error instanceof Error && /preload|dynamically imported module|importing a module/i.test(error.message);

/** Loads the page again, if there is a server to load it from; by itself at most once a minute. */
async function reload(byItself: boolean): Promise<void> {
  const last = Number(kept.read(RELOADED) ?? 0);
  if (byItself && Date.now() - last < AGAIN_MS) return;
  await api.health();
  kept.write(RELOADED, String(Date.now()));
  location.reload();
}

function MissingPart() {
  const [away, setAway] = useState(false);
  const again = (byItself: boolean) => {
    reload(byItself).catch(() => setAway(true));
  };
  useEffect(() => {
    again(true);
    return hub.onLink(() => hub.link() === "live" && again(false));
  }, []);
  if (away) return <ErrorNote error={unreachable()} onRetry={() => again(false)} />;
  return (
    <Empty
      level="h1"
      icon={<TriangleAlert size={32} aria-hidden />}
      title="Sightline was updated"
      action={<Button onClick={() => again(false)}>Load it again</Button>}
    >
      This tab belongs to an older version. Loading it again brings the new one.
    </Empty>
  );
}

/** What is shown when a screen breaks: the message, and a way on. Labels are kept apart and are safe. */
export function ErrorPage() {
  const error = useRouteError();
  return (
    <main className="page">
      {isMissingPart(error) ? (
        <div className="page-in">
          <MissingPart />
        </div>
      ) : (
        <Empty
          level="h1"
          icon={<TriangleAlert size={32} aria-hidden />}
          title="This screen broke"
          action={<Button onClick={() => location.reload()}>Load it again</Button>}
        >
          {`Nothing that you labelled is lost. ${error instanceof Error ? error.message : String(error)}`}
        </Empty>
      )}
    </main>
  );
}
