import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Crosshair } from "lucide-react";

import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { useAddress } from "@/app/address";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { readMeant, writeMeant, type Meant } from "./errors";
import { ErrorGallery } from "./ErrorGallery";
import { Report } from "./Report";
import { Sources } from "./Sources";
import "@/routes/train/train.css";
import "./predictions.css";

/** Predicted objects against drawn ones: how good they are, and where they are wrong. */
export function Predictions({ project }: { project: string }) {
  const [search, setSearch] = useAddress();
  const named = search.get("evaluation") ?? "";
  const shown = search.has("error");
  const show = (evaluation: string, meant: Meant | null) => {
    const next = new URLSearchParams({ tab: "predictions" });
    if (evaluation) next.set("evaluation", evaluation);
    if (meant) next.set("error", writeMeant(meant));
    setSearch(next);
  };
  const { data, error, refetch } = useQuery({
    queryKey: keys.detections(project, named || "newest"),
    queryFn: () => api.detections(project, named || "newest"),
    placeholderData: keepPreviousData,
    retry: (times, failure) => times < 2 && !(failure instanceof ApiError && failure.status === 404),
  });
  const none = error instanceof ApiError && error.status === 404 && named === "";
  return (
    <>
      <Sources project={project} chosen={data && !error ? data.id : null} onChoose={(id) => show(id, null)} />
      <section className="predictions" aria-label="Evaluation">
        {none && (
          <Empty icon={<Crosshair size={32} aria-hidden />} title="How good are the predictions?">
            Choose at the left what predicted: an engine that was asked for suggestions, or a file. It is judged by what
            you have drawn; nothing is changed.
          </Empty>
        )}
        {error && !none && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeletons count={3} height={120} />}
        {data && !error && shown && (
          <ErrorGallery
            project={project}
            report={data}
            meant={readMeant(search.get("error"))}
            onBack={() => show(data.id, null)}
          />
        )}
        {data && !error && !shown && <Report report={data} onShow={(meant) => show(data.id, meant)} />}
      </section>
    </>
  );
}
