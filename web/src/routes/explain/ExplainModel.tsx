import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Model } from "@/api/types";
import { DropZone } from "@/ui/DropZone";
import { ErrorNote, Skeletons } from "@/ui/States";
import { Answer } from "./Answer";
import { Controls } from "./Controls";
import { HeatPicture } from "./Heat";
import { useWish } from "./useExplain";
import { pictureUrl } from "./wish";

interface Chosen {
  readonly file: File;
  readonly src: string;
  readonly key: number;
}

const canBeExplained = (model: Model): boolean => model.kind === "classifier" && model.format === "torch";

/** Drop a picture, see where the network looked. */
export function ExplainModel({ model }: { model: Model }) {
  return canBeExplained(model) ? <Panel model={model} /> : null;
}

function Panel({ model }: { model: Model }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { layers, wish, setWish, opacity, setOpacity } = useWish(chosen === null ? null : model.id);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: keys.explanation(model.id, chosen?.key, wish.method, wish.layer, wish.class),
    queryFn: chosen ? () => api.explainFile(model.id, chosen.file, wish) : skipToken,
    staleTime: Infinity,
    retry: false,
    placeholderData: (before) => before,
  });
  useEffect(
    () => () => {
      if (chosen) URL.revokeObjectURL(chosen.src);
    },
    [chosen],
  );
  const take = ([file]: File[]) =>
    file && setChosen({ file, src: URL.createObjectURL(file), key: (chosen?.key ?? 0) + 1 });
  const shown = chosen === null ? undefined : data;
  return (
    <section className="stack" aria-labelledby="explain-title">
      <h2 id="explain-title">Explain</h2>
      <DropZone
        label="Drop a picture here"
        hint="See where the network looks. The first one takes a few seconds."
        choose="Choose a picture"
        multiple={false}
        disabled={isFetching}
        onFiles={take}
      />
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isFetching && !shown && <Skeletons count={1} height={220} />}
      {shown && chosen && !error && (
        <div className="card stack explain-card">
          <div className="explain-pair" aria-busy={isFetching}>
            <figure>
              <HeatPicture
                explanation={shown}
                src={chosen.src}
                instead={pictureUrl(shown)}
                alt={chosen.file.name}
                opacity={0}
              />
              <figcaption className="small muted ellipsis">{chosen.file.name}</figcaption>
            </figure>
            <figure>
              <HeatPicture
                explanation={shown}
                src={chosen.src}
                instead={pictureUrl(shown)}
                alt={`Where the network looked for ${shown.class}`}
                opacity={opacity}
              />
              <figcaption className="small muted">What speaks for {shown.class}</figcaption>
            </figure>
          </div>
          <Answer explanation={shown} />
          {layers.data && (
            <Controls layers={layers.data} wish={wish} onWish={setWish} opacity={opacity} onOpacity={setOpacity} />
          )}
        </div>
      )}
    </section>
  );
}
