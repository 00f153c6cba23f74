import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { kept } from "@/app/kept";
import { Thumb } from "@/grid/Thumb";
import { Button, Kbd } from "@/ui/Button";
import { baseName, sentence } from "@/ui/format";
import { scoreText } from "./queues";
import { useRested } from "./useRested";

const CLOSED_KEY = "sightline.similar.closed";
const SHOWN = 8;

interface SimilarStripProps {
  project: string;
  id: number;
  onSimilar: () => void;
}

/** The nearest few of a picture; asked for once the focus rests, so that a quick hand asks for none. */
function Nearest({ project, id }: Pick<SimilarStripProps, "project" | "id">) {
  const rested = useRested(id, 400);
  const { data, error } = useQuery({
    queryKey: ["similar", project, rested],
    queryFn: async ({ signal }) => {
      const view = await api.openView(project, { queue: "similar", filter: {}, images: [rested] }, signal);
      return (await api.viewWindow(view.id, 0, SHOWN + 1, signal)).items;
    },
    enabled: rested === id,
    retry: false,
    staleTime: 60_000,
  });
  if (error instanceof ApiError) return <p className="muted small">{sentence(error.hint || error.message)}</p>;
  const near = rested === id ? (data ?? []).filter((item) => item.id !== id).slice(0, SHOWN) : [];
  return (
    <ul className="similar-strip" aria-label="The most similar pictures">
      {Array.from({ length: SHOWN }, (_, i) => near[i]).map((item, i) => (
        <li key={item?.id ?? -i} title={item && baseName(item.path)}>
          <span className="similar-picture">
            {item ? <Thumb id={item.id} alt={baseName(item.path)} /> : <span className="thumb" />}
          </span>
          <span className="num small muted">{item ? scoreText("similar", item) : "\u00a0"}</span>
        </li>
      ))}
    </ul>
  );
}

/** What is like the picture under the focus, and the way to all of it. */
export function SimilarStrip({ project, id, onSimilar }: SimilarStripProps) {
  const [closed, setClosed] = useState(() => kept.read(CLOSED_KEY) !== null);
  const toggle = () => {
    kept.write(CLOSED_KEY, closed ? null : "1");
    setClosed(!closed);
  };
  return (
    <section>
      <div className="row">
        <button type="button" className="fold grow" aria-expanded={!closed} onClick={toggle}>
          {closed ? <ChevronRight size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
          <h3>Similar</h3>
        </button>
        <Button small look="quiet" onClick={onSimilar}>
          Show all <Kbd>S</Kbd>
        </Button>
      </div>
      {!closed && <Nearest project={project} id={id} />}
    </section>
  );
}
