import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ArrowLeft, CircleCheck, Images } from "lucide-react";
import { useState, type CSSProperties } from "react";
import { Link } from "react-router";
import { api, urls } from "@/api/calls";
import { keys } from "@/api/keys";
import type { DetectionError, DetectionReport } from "@/api/types";
import { to } from "@/app/project";
import { Picture } from "@/grid/Thumb";
import { everything, inQueue, toAddress } from "@/routes/browse/asked";
import { Button } from "@/ui/Button";
import { count, many, sentence } from "@/ui/format";
import { Empty, ErrorNote, Skeletons } from "@/ui/States";
import { cutOf, pixelsFor, placeIn, type Bounds } from "../cut";
import { boundsOfError, nameOfFault, told, writeMeant, type Meant } from "./errors";

const PAGE = 60;
const SIDE = 160;

function Outline({ bounds, cut, kind }: { bounds: number[] | null; cut: ReturnType<typeof cutOf>; kind: string }) {
  if (!bounds) return null;
  const { x, y, width, height } = placeIn(cut, bounds as unknown as Bounds);
  return (
    <rect
      className={`error-outline ${kind}`}
      x={x * 100}
      y={y * 100}
      width={Math.max(width * 100, 1)}
      height={Math.max(height * 100, 1)}
    />
  );
}

function One({ project, one }: { project: string; one: DetectionError }) {
  const cut = cutOf({ ...one, bounds: boundsOfError(one) });
  const words = told(one);
  return (
    <li>
      <Link to={to.annotate(project, one.image_id)} className="error-tile" aria-label={`${words}: open in Annotate`}>
        <span className="error-picture" style={{ "--side": `${SIDE}px` } as CSSProperties}>
          {one.width > 0 && <Picture url={urls.crop(one.image_id, cut.box, pixelsFor(SIDE, devicePixelRatio || 1))} />}
          <svg className="crop-over" viewBox="0 0 100 100" aria-hidden>
            <Outline bounds={one.truth_box} cut={cut} kind="drawn" />
            <Outline bounds={one.said_box} cut={cut} kind="said" />
          </svg>
        </span>
        <span className="small">{words}</span>
      </Link>
    </li>
  );
}

/** In words: which errors these are. */
function title({ fault, truth, said }: Meant, report: DetectionReport): string {
  const name = (id: number | null) => report.per_class.find((one) => one.class_id === id)?.name;
  const what = fault === null ? "errors" : nameOfFault(fault);
  const parts = [name(truth), said === null ? undefined : `said to be ${name(said) ?? "?"}`].filter(Boolean);
  return sentence(parts.length > 0 ? `${what}: ${parts.join(" ")}` : what);
}

interface Props {
  project: string;
  report: DetectionReport;
  meant: Meant;
  onBack: () => void;
}

/** Errors side by side, the surest first: what is drawn with a line, what was predicted dashed. */
export function ErrorGallery({ project, report, meant, onBack }: Props) {
  const [shown, setShown] = useState(PAGE);
  const error = writeMeant(meant);
  const { data, error: failure } = useQuery({
    queryKey: keys.detections(project, report.id, error, shown),
    queryFn: () => api.detectionErrors(project, report.id, { error, limit: shown }),
    placeholderData: keepPreviousData,
  });
  const asked = inQueue(everything, "detection-errors", { evaluation: report.id, error });
  return (
    <div className="predictions-inner">
      <header className="row">
        <Button small look="quiet" onClick={onBack}>
          <ArrowLeft size={14} aria-hidden /> Report
        </Button>
        <h2 className="grow predictions-title">
          {title(meant, report)} {data && <span className="muted">{count(data.total)}</span>}
        </h2>
        {data && data.total > 0 && (
          <Link className="button small primary" to={`${to.browse(project)}?${toAddress(asked).toString()}`}>
            <Images size={14} aria-hidden /> Open as a queue
          </Link>
        )}
      </header>
      <p className="small muted error-key">
        <svg viewBox="0 0 28 8" width="28" height="8" aria-hidden>
          <line className="error-outline drawn" x1="1" x2="27" y1="4" y2="4" />
        </svg>
        drawn
        <svg viewBox="0 0 28 8" width="28" height="8" aria-hidden>
          <line className="error-outline said" x1="1" x2="27" y1="4" y2="4" />
        </svg>
        predicted
      </p>
      {failure && !data && <ErrorNote error={failure} />}
      {!data && !failure && <Skeletons count={2} height={SIDE} />}
      {data?.total === 0 && (
        <Empty icon={<CircleCheck size={32} aria-hidden />} title="No such error">
          Nothing of this kind is wrong.
        </Empty>
      )}
      {data && data.total > 0 && (
        <ul className="errors">
          {data.items.map((one, at) => (
            <One key={at} project={project} one={one} />
          ))}
        </ul>
      )}
      {data && data.total > data.items.length && data.items.length < 960 && (
        <Button onClick={() => setShown(Math.min(shown + 2 * PAGE, 960))}>
          Show more of {many(data.total, "error")}
        </Button>
      )}
    </div>
  );
}
