import { useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { useState, useSyncExternalStore } from "react";

import { keys } from "@/api/keys";
import { media } from "@/api/media";
import type { Medium } from "@/api/types";
import { useAddress } from "@/app/address";
import { queries } from "@/app/services";
import { consent } from "@/live/consent";
import type { Region } from "@/live/regions";
import { Button } from "@/ui/Button";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { Choose } from "./Choose";
import { Consent } from "./Consent";
import { storedPicture } from "./Kept";
import { Privacy } from "./Privacy";
import type { Picture } from "./Stage";
import { useCamera } from "./useCamera";
import { Watch } from "./Watch";
import "./live.css";

/** What is watched: named in the address, so that a second tab can follow. */
function useWatched() {
  const [search, setSearch] = useAddress();
  const [local, setLocal] = useState<{ id: string; picture: Picture } | null>(null);
  const id = search.get("media");
  const found = useQuery({
    queryKey: keys.medium(id ?? ""),
    queryFn: () => media.status(id ?? ""),
    enabled: id !== null,
    staleTime: Infinity,
  });
  const watch = (medium: Medium, picture: Picture) => {
    queries.setQueryData(keys.medium(medium.media_id), medium);
    setLocal({ id: medium.media_id, picture });
    setSearch({ media: medium.media_id });
  };
  const leave = () => {
    setLocal(null);
    setSearch({});
    void queries.invalidateQueries({ queryKey: keys.media });
  };
  const picture = found.data && (local?.id === id ? local.picture : storedPicture(found.data));
  return { id, found, picture, watch, leave };
}

function Watching() {
  const { id, found, picture, watch, leave } = useWatched();
  const [regions, setRegions] = useState<readonly Region[]>([]);
  const camera = useCamera();
  if (id === null) return <Choose camera={camera} regions={regions} onRegions={setRegions} onWatch={watch} />;
  if (found.error) {
    return (
      <div className="stack">
        <ErrorNote error={found.error} onRetry={() => void found.refetch()} />
        <div className="row">
          <Button look="primary" onClick={leave}>
            Watch something else
          </Button>
        </div>
      </div>
    );
  }
  if (!found.data || !picture) return <Skeletons count={3} height={80} />;
  return (
    <Watch
      key={id}
      medium={found.data}
      picture={picture}
      camera={camera}
      onLeave={() => {
        camera.close();
        setRegions([]);
        leave();
      }}
    />
  );
}

export function Component() {
  const given = useSyncExternalStore(consent.subscribe, consent.get);
  const [reading, setReading] = useState(given === null);
  return (
    <main className="page live">
      <div className="page-head">
        <h1>Live</h1>
        <p className="muted live-about">What a camera or a clip shows, in words.</p>
        <div className="grow" />
        {given && <Privacy given={given} onRead={() => setReading(true)} />}
      </div>
      {given ? (
        <Watching />
      ) : (
        <Empty
          icon={<Eye size={32} strokeWidth={1.5} aria-hidden />}
          title="Nothing is watched until you agree"
          action={
            <Button look="primary" onClick={() => setReading(true)}>
              Read what happens to pictures
            </Button>
          }
        >
          A camera, a clip or a picture becomes sentences here, with what was seen drawn over it.
        </Empty>
      )}
      {reading && <Consent onClose={() => setReading(false)} />}
    </main>
  );
}
