import { useMutation, useQuery } from "@tanstack/react-query";
import { Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { keys } from "@/api/keys";
import { media, mediaUrls } from "@/api/media";
import type { Medium } from "@/api/types";
import { queries } from "@/app/services";
import { clock } from "@/live/history";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { ago, bytes } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import type { Picture } from "./Stage";

/** What the page can show of something that is on the server. */
export function storedPicture(medium: Medium): Picture {
  if (medium.kind === "clip") return { kind: "clip", url: mediaUrls.file(medium.media_id) };
  if (medium.kind === "image") return { kind: "image", url: mediaUrls.still(medium.media_id, 0) };
  return { kind: "unseen" };
}

export function useErase(onDone?: () => void) {
  return useMutation({
    mutationFn: (ids: readonly string[]) => Promise.all(ids.map((id) => media.erase(id))),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.media }),
  });
}

const until = ({ retention, expires_at }: Medium): string => {
  if (retention === "keep") return "until erased";
  if (retention === "never" || !expires_at) return "not stored";
  const hours = (Date.parse(expires_at) - Date.now()) / 3_600_000;
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))} min more`;
  return hours < 48 ? `${Math.round(hours)} h more` : `${Math.round(hours / 24)} d more`;
};

/** What is on the server, for how long, and the way to be rid of it. */
export function Kept({ onWatch }: { onWatch: (medium: Medium, picture: Picture) => void }) {
  const list = useQuery({ queryKey: keys.media, queryFn: media.list, refetchInterval: 30_000 });
  const [asking, setAsking] = useState<readonly Medium[] | null>(null);
  const erase = useErase(() => setAsking(null));
  const kept = list.data ?? [];
  if (list.error) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  if (kept.length === 0) return null;
  return (
    <section className="kept" aria-labelledby="kept">
      <div className="row">
        <h2 id="kept" className="grow">
          On the server
        </h2>
        {kept.length > 1 && (
          <Button small look="quiet" onClick={() => setAsking(kept)}>
            <Trash2 size={14} aria-hidden /> Erase all
          </Button>
        )}
      </div>
      <div className="table-scroll">
        <table className="data hover">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Length</th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col">Added</th>
              <th scope="col">Kept</th>
              <th scope="col">
                <span className="hidden-but-read">Do</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {kept.map((one) => (
              <tr key={one.media_id}>
                <th scope="row" className="kept-name">
                  <span className="ellipsis">{one.name}</span>
                </th>
                <td>{one.kind === "clip" && one.facts.duration_s > 0 ? clock(one.facts.duration_s) : one.kind}</td>
                <td className="num">{one.bytes > 0 ? bytes(one.bytes) : "–"}</td>
                <td>{ago(one.added_at)}</td>
                <td>{until(one)}</td>
                <td className="kept-do">
                  <Button
                    small
                    look="quiet"
                    aria-label={`Watch ${one.name}`}
                    onClick={() => onWatch(one, storedPicture(one))}
                  >
                    <Play size={14} aria-hidden /> Watch
                  </Button>
                  <IconButton small label={`Erase ${one.name}`} onClick={() => setAsking([one])}>
                    <Trash2 size={14} aria-hidden />
                  </IconButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Confirm
        open={asking !== null}
        onClose={() => setAsking(null)}
        title={asking?.length === 1 ? `Erase ${asking[0]?.name ?? ""}?` : "Erase all of it?"}
        about="The file, what was said of it and its overlays are erased at once. Nothing brings them back."
        action="Erase"
        busy={erase.isPending}
        error={erase.error && <ErrorNote error={erase.error} />}
        onConfirm={() => erase.mutate((asking ?? []).map(({ media_id }) => media_id))}
      />
    </section>
  );
}
